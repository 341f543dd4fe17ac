//! The AWS host against an emulator of AWS on loopback.
