//! RDS instances.

use aws_config::SdkConfig;
use aws_sdk_rds::Client;
use aws_sdk_rds::types;
use functions::zombies::{DatabaseStatus, DbInstance, Metric, Section};

use super::paging::read_all;
use super::{tags, time};

/// The smallest and largest page that RDS allows.
const PAGE: std::ops::RangeInclusive<i32> = 20..=100;

/// The instances; their connections are [`Missing`](Metric::Missing) until they are read.
pub(super) async fn read(config: &SdkConfig, page_size: Option<i32>) -> Section<DbInstance> {
    let rds = Client::new(config);
    let size = page_size.map(|size| size.clamp(*PAGE.start(), *PAGE.end()));
    read_all(
        "rds:DescribeDBInstances",
        |token| rds.describe_db_instances().set_max_records(size).set_marker(token).send(),
        |page| page.marker(),
        |page| page.db_instances().iter().map(database).collect(),
    )
    .await
}

fn database(database: &types::DbInstance) -> DbInstance {
    let text = |value: Option<&str>| value.unwrap_or("unknown").to_owned();
    DbInstance {
        id: text(database.db_instance_identifier()),
        class: text(database.db_instance_class()),
        engine: text(database.engine()),
        created: time(database.instance_create_time()),
        status: match database.db_instance_status() {
            Some("available") => DatabaseStatus::Available,
            _ => DatabaseStatus::Other,
        },
        multi_az: database.multi_az().unwrap_or_default(),
        storage_gib: database.allocated_storage().unwrap_or_default().into(),
        storage_kind: text(database.storage_type()),
        iops: database.iops().map(i64::from),
        replica: given(database.read_replica_source_db_instance_identifier())
            || given(database.read_replica_source_db_cluster_identifier()),
        has_replicas: !database.read_replica_db_instance_identifiers().is_empty()
            || !database.read_replica_db_cluster_identifiers().is_empty(),
        cluster: database.db_cluster_identifier().filter(|id| !id.is_empty()).map(str::to_owned),
        connections: Metric::Missing,
        tags: tags(database.tag_list().iter().map(|tag| (tag.key(), tag.value()))),
    }
}

fn given(id: Option<&str>) -> bool {
    id.is_some_and(|id| !id.is_empty())
}
