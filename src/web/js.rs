//! Reading JavaScript values whose shape nobody promises: every look-up may find nothing, and nothing here throws.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// Is told what happened, of which one of several, and what of it. One type for all that the host calls back more than
/// once: wasm-bindgen makes code on both sides of the border for each.
pub type Heard = Closure<dyn Fn(u32, u32, JsValue) -> JsValue>;

/// Is called back once.
pub type Once = Closure<dyn FnMut(JsValue)>;

#[wasm_bindgen(module = "/src/web/js.js")]
extern "C" {
    #[wasm_bindgen(js_name = settled)]
    fn wait(value: &JsValue, heard: &JsValue);
    #[wasm_bindgen(js_name = object)]
    fn make_object(names: &str, values: &List) -> JsValue;
}

#[wasm_bindgen]
extern "C" {
    /// An array that is being made: a value is put into it as it is, without one of JavaScript's in between.
    #[wasm_bindgen(js_name = Array, extends = Array)]
    pub type List;

    /// An empty one.
    #[wasm_bindgen(constructor, js_class = "Array")]
    pub fn new() -> List;
    #[wasm_bindgen(method, js_name = push)]
    fn push_text(this: &List, text: Option<&str>);
    #[wasm_bindgen(method, js_name = push)]
    fn push_number(this: &List, number: f64);
    #[wasm_bindgen(method, js_name = push)]
    fn push_flag(this: &List, flag: bool);
    #[wasm_bindgen(method, js_name = push)]
    fn push_value(this: &List, value: &JsValue);
}

impl List {
    /// A text is next.
    pub fn text(&self, text: &str) -> &Self {
        self.some_text(Some(text))
    }

    /// A text is next, or `undefined`.
    pub fn some_text(&self, text: Option<&str>) -> &Self {
        self.push_text(text);
        self
    }

    /// A number is next.
    pub fn number(&self, number: impl Into<f64>) -> &Self {
        self.push_number(number.into());
        self
    }

    /// A boolean is next.
    pub fn flag(&self, flag: bool) -> &Self {
        self.push_flag(flag);
        self
    }

    /// Any value is next.
    pub fn value(&self, value: &JsValue) -> &Self {
        self.push_value(value);
        self
    }

    /// An object of what is in it: the names in one text, with spaces between them.
    pub fn named(&self, names: &str) -> JsValue {
        make_object(names, self)
    }
}

/// A property, or `undefined` where there is none or its getter throws.
pub fn get(of: &JsValue, name: &str) -> JsValue {
    // Asked first: an import that throws costs a slot in the table of values for ever (wasm-bindgen 0.2.130 takes one
    // for the `undefined` that comes back with the exception, and forgets it).
    if !of.is_object() && !of.is_function() {
        return JsValue::UNDEFINED;
    }
    Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A property that is there: neither `undefined` nor `null`.
pub fn some(of: &JsValue, name: &str) -> Option<JsValue> {
    Some(get(of, name)).filter(|value| !value.is_undefined() && !value.is_null())
}

/// A property that is a text.
pub fn text(of: &JsValue, name: &str) -> Option<String> {
    get(of, name).as_string()
}

/// A property that is a number.
pub fn number(of: &JsValue, name: &str) -> Option<f64> {
    get(of, name).as_f64()
}

/// A property that is a boolean.
pub fn flag(of: &JsValue, name: &str) -> Option<bool> {
    get(of, name).as_bool()
}

/// A property that can be called.
pub fn function(of: &JsValue, name: &str) -> Option<Function> {
    get(of, name).dyn_into().ok()
}

/// Sets a property of an object of our own.
pub fn set(of: &JsValue, name: &str, value: impl Into<JsValue>) {
    // Only a frozen object or a throwing setter could refuse, and ours have neither.
    let _ = Reflect::set(of, &JsValue::from_str(name), &value.into());
}

/// A value as an array; an empty one where it is none.
pub fn array(value: &JsValue) -> Array {
    if Array::is_array(value) { Array::from(value) } else { Array::new() }
}

/// A value as a text; "" where it is none.
pub fn said(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

/// A value as a number that is whole and not negative; 0 where it is none.
pub fn whole(value: &JsValue) -> u32 {
    value.as_f64().unwrap_or_default() as u32
}

/// The numbers of an array.
pub fn numbers(list: &Array) -> Vec<i32> {
    let mut numbers = Vec::new();
    for one in list.iter() {
        numbers.extend(one.as_f64().map(|number| number as i32));
    }
    numbers
}

/// The texts of an array.
pub fn texts(list: &Array) -> Vec<String> {
    let mut texts = Vec::new();
    for one in list.iter() {
        texts.extend(one.as_string());
    }
    texts
}

/// Calls a method by its name; a method that is not there is an error as well.
pub fn call(of: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let function: Function = get(of, method).dyn_into()?;
    let list = Array::new();
    for argument in arguments {
        list.push(argument);
    }
    Reflect::apply(&function, of, &list)
}

/// Calls `heard` later, once, with what a promise of the value resolves to; with `undefined` when it is rejected.
pub fn settled(value: &JsValue, heard: Box<dyn FnOnce(JsValue)>) {
    wait(value, &Closure::once_into_js(heard));
}

/// What a thrown value says: the message of an `Error`, a text itself, else nothing.
pub fn message(thrown: &JsValue) -> String {
    text(thrown, "message").or_else(|| thrown.as_string()).unwrap_or_default()
}
