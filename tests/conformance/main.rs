//! Every promise of hosts, on each host, and the page that lists them.

mod restart;
mod semantics;
mod worker;

mod memory {
    use tests::hosts::memory as start;
    twinhost::host_suite!(start);
}

mod home {
    use tests::hosts::home as start;
    twinhost::host_suite!(start);
}

mod lambda {
    use tests::hosts::lambda as start;
    twinhost::host_suite!(start);
}
