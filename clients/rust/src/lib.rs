//! The stubs that `gemstone stubs --lang rust` makes.

#[path = "../gen/mod.rs"]
pub mod stubs;
