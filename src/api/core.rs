//! The one class of the module: what JavaScript holds of an engine, and asks. One way in, because wasm-bindgen makes
//! code on both sides of the border for each.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::api::ask::Ask;
use crate::api::dispatch::Anchor;
use crate::api::policy::PolicyCore;
use crate::api::room::RoomCore;

/// The engine of one object of JavaScript's.
#[wasm_bindgen(private)]
pub struct Core(Kind);

enum Kind {
    Room(RoomCore),
    Policy(PolicyCore),
}

impl Core {
    /// The engine of a room, for an anchor and options.
    pub fn room(anchor: Anchor, options: &JsValue) -> Self {
        Self(Kind::Room(RoomCore::new(anchor, options)))
    }

    /// A reconnect policy by itself.
    pub fn policy(options: &JsValue) -> Result<Self, JsValue> {
        PolicyCore::new(options).map(Kind::Policy).map(Self)
    }
}

#[wasm_bindgen]
impl Core {
    /// What a room is asked stands in `ask.js`; a policy has one question, whatever its number.
    pub fn ask(&self, what: u32, first: JsValue, second: JsValue, third: JsValue, fourth: JsValue) -> JsValue {
        match (&self.0, Ask::by_number(what)) {
            (Kind::Room(room), Some(ask)) => room.ask(ask, [first, second, third, fourth]),
            (Kind::Room(_), None) => JsValue::UNDEFINED,
            (Kind::Policy(policy), _) => policy.next(&first),
        }
    }
}
