//! The promises of the ports, each a test.

use crate::database::pg;

twinhost::port_suite!(pg);
