//! Rejoin: a room client for the LiveKit protocol whose connection heals itself.
//!
//! Four layers, each of which uses only those to its left:
//!
//! ```text
//! protocol  <-  engine  <-  web  <-  api
//! facts of      what to     how the   what JavaScript
//! the wire      do, when    host      sees
//!                           does it
//! ```
//!
//! `protocol` and `engine` know no clock, no entropy, no JavaScript and no I/O: they compile and are tested natively.
//! `web` is the only code that touches the host, `api` the only code that JavaScript sees; both are compiled for wasm only,
//! and not at all without the feature `sdk`.
//! The engine's contract is told in [`engine`].

// The unit tests that run as wasm are those of the two pure layers; the others stand on JavaScript that is bundled later.
#[cfg(all(target_family = "wasm", feature = "sdk", not(test)))]
pub mod api;
pub mod engine;
pub mod protocol;
#[cfg(all(target_family = "wasm", feature = "sdk", not(test)))]
pub mod web;

// Half the code of the standard library's allocator, and as fast.
// Safety: asked for by `new_global` for the case of threads. The module has one: it is built without atomics.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[allow(unsafe_code)]
#[global_allocator]
static ALLOCATOR: talc::TalckWasm = unsafe { talc::TalckWasm::new_global() };

#[cfg(all(test, target_family = "wasm"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
