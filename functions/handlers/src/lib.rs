//! The handlers of the cost watcher: pure functions over events, no host.

pub mod app;
pub mod chat;
pub mod cloudtrail;
mod digest;
mod normalizer;
mod notifier;
pub mod prices;
mod scorer;
pub mod scoring;
mod sightings;
pub mod signatures;
mod telling;
mod text;
mod webhook_ingestion;
mod zombie_hunter;
mod zombie_recorder;
mod zombie_scanner;
pub mod zombies;

pub use digest::Digest;
pub use normalizer::Normalizer;
pub use notifier::Notifier;
pub use scorer::Scorer;
pub use webhook_ingestion::WebhookIngestion;
pub use zombie_hunter::ZombieHunter;
pub use zombie_recorder::ZombieRecorder;
pub use zombie_scanner::ZombieScanner;
