//! The language of schedules.
