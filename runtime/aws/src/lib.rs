//! Twinhost on AWS: the ports over the AWS SDK, and the Lambda hosts.
