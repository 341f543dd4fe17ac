//! What `dispatch` promises, seen from a handler.

mod fixtures;

mod app;
mod context;
mod dispatch;
