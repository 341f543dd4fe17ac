// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_scheduler`.

use jsii::{Error, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.html).
    CfnSchedule = "aws-cdk-lib.aws_scheduler.CfnSchedule" as [crate::constructs::Construct, crate::constructs::IConstruct]
}

impl CfnSchedule {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_scheduler::CfnScheduleProps,
    ) -> Result<Self, Error> {
        let scope: crate::constructs::Construct = scope.into();
        scope
            .object()
            .kernel()
            .create(
                Self::CLASS,
                vec![Value::from(&scope), Value::of::<String>(id), Value::from(props)],
            )
            .map(Self::from)
    }
}

/// [`aws-cdk-lib.aws_scheduler.CfnScheduleProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnScheduleProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct CfnScheduleProps(Struct);

impl CfnScheduleProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        flexible_time_window: crate::aws_scheduler::cfn_schedule::FlexibleTimeWindowProperty,
        schedule_expression: impl Into<String>,
        target: crate::aws_scheduler::cfn_schedule::TargetProperty,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_scheduler.CfnScheduleProps")
                .with("flexibleTimeWindow", Value::from(flexible_time_window))
                .with("scheduleExpression", Value::of::<String>(schedule_expression))
                .with("target", Value::from(target)),
        )
    }

    /// Sets `description`.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.with("description", Value::of::<String>(description)))
    }

    /// Sets `endDate`.
    pub fn end_date(self, end_date: impl Into<String>) -> Self {
        Self(self.0.with("endDate", Value::of::<String>(end_date)))
    }

    /// Sets `groupName`.
    pub fn group_name(self, group_name: impl Into<String>) -> Self {
        Self(self.0.with("groupName", Value::of::<String>(group_name)))
    }

    /// Sets `kmsKeyArn`.
    pub fn kms_key_arn(self, kms_key_arn: impl Into<Value>) -> Self {
        Self(self.0.with("kmsKeyArn", Value::of::<Value>(kms_key_arn)))
    }

    /// Sets `name`.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self(self.0.with("name", Value::of::<String>(name)))
    }

    /// Sets `scheduleExpressionTimezone`.
    pub fn schedule_expression_timezone(
        self,
        schedule_expression_timezone: impl Into<String>,
    ) -> Self {
        Self(
            self.0.with(
                "scheduleExpressionTimezone",
                Value::of::<String>(schedule_expression_timezone),
            ),
        )
    }

    /// Sets `startDate`.
    pub fn start_date(self, start_date: impl Into<String>) -> Self {
        Self(self.0.with("startDate", Value::of::<String>(start_date)))
    }

    /// Sets `state`.
    pub fn state(self, state: impl Into<String>) -> Self {
        Self(self.0.with("state", Value::of::<String>(state)))
    }
}

impl From<CfnScheduleProps> for Value {
    fn from(it: CfnScheduleProps) -> Self {
        Self::from(it.0)
    }
}

/// Types inside of `cfn_schedule`.
pub mod cfn_schedule {
    use jsii::{Struct, Value};

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.AwsVpcConfigurationProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.AwsVpcConfigurationProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct AwsVpcConfigurationProperty(Struct);

    impl AwsVpcConfigurationProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(subnets: impl IntoIterator<Item = impl Into<String>>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.AwsVpcConfigurationProperty")
                    .with("subnets", Value::list::<String>(subnets)),
            )
        }

        /// Sets `assignPublicIp`.
        pub fn assign_public_ip(self, assign_public_ip: impl Into<String>) -> Self {
            Self(self.0.with("assignPublicIp", Value::of::<String>(assign_public_ip)))
        }

        /// Sets `securityGroups`.
        pub fn security_groups(
            self,
            security_groups: impl IntoIterator<Item = impl Into<String>>,
        ) -> Self {
            Self(self.0.with("securityGroups", Value::list::<String>(security_groups)))
        }
    }

    impl From<AwsVpcConfigurationProperty> for Value {
        fn from(it: AwsVpcConfigurationProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.CapacityProviderStrategyItemProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.CapacityProviderStrategyItemProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct CapacityProviderStrategyItemProperty(Struct);

    impl CapacityProviderStrategyItemProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(capacity_provider: impl Into<String>) -> Self {
            Self(
                Struct::new(
                    "aws-cdk-lib.aws_scheduler.CfnSchedule.CapacityProviderStrategyItemProperty",
                )
                .with("capacityProvider", Value::of::<String>(capacity_provider)),
            )
        }

        /// Sets `base`.
        pub fn base(self, base: impl Into<f64>) -> Self {
            Self(self.0.with("base", Value::of::<f64>(base)))
        }

        /// Sets `weight`.
        pub fn weight(self, weight: impl Into<f64>) -> Self {
            Self(self.0.with("weight", Value::of::<f64>(weight)))
        }
    }

    impl From<CapacityProviderStrategyItemProperty> for Value {
        fn from(it: CapacityProviderStrategyItemProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.DeadLetterConfigProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.DeadLetterConfigProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct DeadLetterConfigProperty(Struct);

    impl DeadLetterConfigProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.DeadLetterConfigProperty"))
        }

        /// Sets `arn`.
        pub fn arn(self, arn: impl Into<String>) -> Self {
            Self(self.0.with("arn", Value::of::<String>(arn)))
        }
    }

    impl Default for DeadLetterConfigProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<DeadLetterConfigProperty> for Value {
        fn from(it: DeadLetterConfigProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.EcsParametersProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.EcsParametersProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct EcsParametersProperty(Struct);

    impl EcsParametersProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(task_definition_arn: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.EcsParametersProperty")
                    .with("taskDefinitionArn", Value::of::<String>(task_definition_arn)),
            )
        }

        /// Sets `capacityProviderStrategy`.
        pub fn capacity_provider_strategy(
            self,
            capacity_provider_strategy: impl IntoIterator<
                Item = impl Into<
                    crate::aws_scheduler::cfn_schedule::CapacityProviderStrategyItemProperty,
                >,
            >,
        ) -> Self {
            Self(self.0.with(
                "capacityProviderStrategy",
                Value::list::<
                    crate::aws_scheduler::cfn_schedule::CapacityProviderStrategyItemProperty,
                >(capacity_provider_strategy),
            ))
        }

        /// Sets `enableEcsManagedTags`.
        pub fn enable_ecs_managed_tags(self, enable_ecs_managed_tags: bool) -> Self {
            Self(self.0.with("enableEcsManagedTags", Value::from(enable_ecs_managed_tags)))
        }

        /// Sets `enableExecuteCommand`.
        pub fn enable_execute_command(self, enable_execute_command: bool) -> Self {
            Self(self.0.with("enableExecuteCommand", Value::from(enable_execute_command)))
        }

        /// Sets `group`.
        pub fn group(self, group: impl Into<String>) -> Self {
            Self(self.0.with("group", Value::of::<String>(group)))
        }

        /// Sets `launchType`.
        pub fn launch_type(self, launch_type: impl Into<String>) -> Self {
            Self(self.0.with("launchType", Value::of::<String>(launch_type)))
        }

        /// Sets `networkConfiguration`.
        pub fn network_configuration(
            self,
            network_configuration: crate::aws_scheduler::cfn_schedule::NetworkConfigurationProperty,
        ) -> Self {
            Self(self.0.with("networkConfiguration", Value::from(network_configuration)))
        }

        /// Sets `placementConstraints`.
        pub fn placement_constraints(
            self,
            placement_constraints: impl IntoIterator<
                Item = impl Into<crate::aws_scheduler::cfn_schedule::PlacementConstraintProperty>,
            >,
        ) -> Self {
            Self(self.0.with(
                "placementConstraints",
                Value::list::<crate::aws_scheduler::cfn_schedule::PlacementConstraintProperty>(
                    placement_constraints,
                ),
            ))
        }

        /// Sets `placementStrategy`.
        pub fn placement_strategy(
            self,
            placement_strategy: impl IntoIterator<
                Item = impl Into<crate::aws_scheduler::cfn_schedule::PlacementStrategyProperty>,
            >,
        ) -> Self {
            Self(self.0.with(
                "placementStrategy",
                Value::list::<crate::aws_scheduler::cfn_schedule::PlacementStrategyProperty>(
                    placement_strategy,
                ),
            ))
        }

        /// Sets `platformVersion`.
        pub fn platform_version(self, platform_version: impl Into<String>) -> Self {
            Self(self.0.with("platformVersion", Value::of::<String>(platform_version)))
        }

        /// Sets `propagateTags`.
        pub fn propagate_tags(self, propagate_tags: impl Into<String>) -> Self {
            Self(self.0.with("propagateTags", Value::of::<String>(propagate_tags)))
        }

        /// Sets `referenceId`.
        pub fn reference_id(self, reference_id: impl Into<String>) -> Self {
            Self(self.0.with("referenceId", Value::of::<String>(reference_id)))
        }

        /// Sets `tags`.
        pub fn tags(self, tags: impl Into<Value>) -> Self {
            Self(self.0.with("tags", Value::of::<Value>(tags)))
        }

        /// Sets `taskCount`.
        pub fn task_count(self, task_count: impl Into<f64>) -> Self {
            Self(self.0.with("taskCount", Value::of::<f64>(task_count)))
        }
    }

    impl From<EcsParametersProperty> for Value {
        fn from(it: EcsParametersProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.EventBridgeParametersProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.EventBridgeParametersProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct EventBridgeParametersProperty(Struct);

    impl EventBridgeParametersProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(detail_type: impl Into<String>, source: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.EventBridgeParametersProperty")
                    .with("detailType", Value::of::<String>(detail_type))
                    .with("source", Value::of::<String>(source)),
            )
        }
    }

    impl From<EventBridgeParametersProperty> for Value {
        fn from(it: EventBridgeParametersProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.FlexibleTimeWindowProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.FlexibleTimeWindowProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct FlexibleTimeWindowProperty(Struct);

    impl FlexibleTimeWindowProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(mode: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.FlexibleTimeWindowProperty")
                    .with("mode", Value::of::<String>(mode)),
            )
        }

        /// Sets `maximumWindowInMinutes`.
        pub fn maximum_window_in_minutes(self, maximum_window_in_minutes: impl Into<f64>) -> Self {
            Self(self.0.with("maximumWindowInMinutes", Value::of::<f64>(maximum_window_in_minutes)))
        }
    }

    impl From<FlexibleTimeWindowProperty> for Value {
        fn from(it: FlexibleTimeWindowProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.KinesisParametersProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.KinesisParametersProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct KinesisParametersProperty(Struct);

    impl KinesisParametersProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(partition_key: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.KinesisParametersProperty")
                    .with("partitionKey", Value::of::<String>(partition_key)),
            )
        }
    }

    impl From<KinesisParametersProperty> for Value {
        fn from(it: KinesisParametersProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.NetworkConfigurationProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.NetworkConfigurationProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct NetworkConfigurationProperty(Struct);

    impl NetworkConfigurationProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.NetworkConfigurationProperty"))
        }

        /// Sets `awsvpcConfiguration`.
        pub fn awsvpc_configuration(
            self,
            awsvpc_configuration: crate::aws_scheduler::cfn_schedule::AwsVpcConfigurationProperty,
        ) -> Self {
            Self(self.0.with("awsvpcConfiguration", Value::from(awsvpc_configuration)))
        }
    }

    impl Default for NetworkConfigurationProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<NetworkConfigurationProperty> for Value {
        fn from(it: NetworkConfigurationProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.PlacementConstraintProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.PlacementConstraintProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct PlacementConstraintProperty(Struct);

    impl PlacementConstraintProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.PlacementConstraintProperty"))
        }

        /// Sets `expression`.
        pub fn expression(self, expression: impl Into<String>) -> Self {
            Self(self.0.with("expression", Value::of::<String>(expression)))
        }

        /// Sets `type`.
        pub fn r#type(self, r#type: impl Into<String>) -> Self {
            Self(self.0.with("type", Value::of::<String>(r#type)))
        }
    }

    impl Default for PlacementConstraintProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<PlacementConstraintProperty> for Value {
        fn from(it: PlacementConstraintProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.PlacementStrategyProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.PlacementStrategyProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct PlacementStrategyProperty(Struct);

    impl PlacementStrategyProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.PlacementStrategyProperty"))
        }

        /// Sets `field`.
        pub fn field(self, field: impl Into<String>) -> Self {
            Self(self.0.with("field", Value::of::<String>(field)))
        }

        /// Sets `type`.
        pub fn r#type(self, r#type: impl Into<String>) -> Self {
            Self(self.0.with("type", Value::of::<String>(r#type)))
        }
    }

    impl Default for PlacementStrategyProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<PlacementStrategyProperty> for Value {
        fn from(it: PlacementStrategyProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.RetryPolicyProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.RetryPolicyProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct RetryPolicyProperty(Struct);

    impl RetryPolicyProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.RetryPolicyProperty"))
        }

        /// Sets `maximumEventAgeInSeconds`.
        pub fn maximum_event_age_in_seconds(
            self,
            maximum_event_age_in_seconds: impl Into<f64>,
        ) -> Self {
            Self(
                self.0.with(
                    "maximumEventAgeInSeconds",
                    Value::of::<f64>(maximum_event_age_in_seconds),
                ),
            )
        }

        /// Sets `maximumRetryAttempts`.
        pub fn maximum_retry_attempts(self, maximum_retry_attempts: impl Into<f64>) -> Self {
            Self(self.0.with("maximumRetryAttempts", Value::of::<f64>(maximum_retry_attempts)))
        }
    }

    impl Default for RetryPolicyProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<RetryPolicyProperty> for Value {
        fn from(it: RetryPolicyProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.SageMakerPipelineParameterProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.SageMakerPipelineParameterProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct SageMakerPipelineParameterProperty(Struct);

    impl SageMakerPipelineParameterProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
            Self(
                Struct::new(
                    "aws-cdk-lib.aws_scheduler.CfnSchedule.SageMakerPipelineParameterProperty",
                )
                .with("name", Value::of::<String>(name))
                .with("value", Value::of::<String>(value)),
            )
        }
    }

    impl From<SageMakerPipelineParameterProperty> for Value {
        fn from(it: SageMakerPipelineParameterProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.SageMakerPipelineParametersProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.SageMakerPipelineParametersProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct SageMakerPipelineParametersProperty(Struct);

    impl SageMakerPipelineParametersProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new(
                "aws-cdk-lib.aws_scheduler.CfnSchedule.SageMakerPipelineParametersProperty",
            ))
        }

        /// Sets `pipelineParameterList`.
        pub fn pipeline_parameter_list(
            self,
            pipeline_parameter_list: impl IntoIterator<
                Item = impl Into<crate::aws_scheduler::cfn_schedule::SageMakerPipelineParameterProperty>,
            >,
        ) -> Self {
            Self(
                self.0.with(
                    "pipelineParameterList",
                    Value::list::<
                        crate::aws_scheduler::cfn_schedule::SageMakerPipelineParameterProperty,
                    >(pipeline_parameter_list),
                ),
            )
        }
    }

    impl Default for SageMakerPipelineParametersProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<SageMakerPipelineParametersProperty> for Value {
        fn from(it: SageMakerPipelineParametersProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.SqsParametersProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.SqsParametersProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct SqsParametersProperty(Struct);

    impl SqsParametersProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.SqsParametersProperty"))
        }

        /// Sets `messageGroupId`.
        pub fn message_group_id(self, message_group_id: impl Into<String>) -> Self {
            Self(self.0.with("messageGroupId", Value::of::<String>(message_group_id)))
        }
    }

    impl Default for SqsParametersProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<SqsParametersProperty> for Value {
        fn from(it: SqsParametersProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_scheduler.CfnSchedule.TargetProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_scheduler.CfnSchedule.TargetProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct TargetProperty(Struct);

    impl TargetProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(arn: impl Into<String>, role_arn: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_scheduler.CfnSchedule.TargetProperty")
                    .with("arn", Value::of::<String>(arn))
                    .with("roleArn", Value::of::<String>(role_arn)),
            )
        }

        /// Sets `deadLetterConfig`.
        pub fn dead_letter_config(
            self,
            dead_letter_config: crate::aws_scheduler::cfn_schedule::DeadLetterConfigProperty,
        ) -> Self {
            Self(self.0.with("deadLetterConfig", Value::from(dead_letter_config)))
        }

        /// Sets `ecsParameters`.
        pub fn ecs_parameters(
            self,
            ecs_parameters: crate::aws_scheduler::cfn_schedule::EcsParametersProperty,
        ) -> Self {
            Self(self.0.with("ecsParameters", Value::from(ecs_parameters)))
        }

        /// Sets `eventBridgeParameters`.
        pub fn event_bridge_parameters(
            self,
            event_bridge_parameters: crate::aws_scheduler::cfn_schedule::EventBridgeParametersProperty,
        ) -> Self {
            Self(self.0.with("eventBridgeParameters", Value::from(event_bridge_parameters)))
        }

        /// Sets `input`.
        pub fn input(self, input: impl Into<String>) -> Self {
            Self(self.0.with("input", Value::of::<String>(input)))
        }

        /// Sets `kinesisParameters`.
        pub fn kinesis_parameters(
            self,
            kinesis_parameters: crate::aws_scheduler::cfn_schedule::KinesisParametersProperty,
        ) -> Self {
            Self(self.0.with("kinesisParameters", Value::from(kinesis_parameters)))
        }

        /// Sets `retryPolicy`.
        pub fn retry_policy(
            self,
            retry_policy: crate::aws_scheduler::cfn_schedule::RetryPolicyProperty,
        ) -> Self {
            Self(self.0.with("retryPolicy", Value::from(retry_policy)))
        }

        /// Sets `sageMakerPipelineParameters`.
        pub fn sage_maker_pipeline_parameters(
            self,
            sage_maker_pipeline_parameters: crate::aws_scheduler::cfn_schedule::SageMakerPipelineParametersProperty,
        ) -> Self {
            Self(
                self.0.with(
                    "sageMakerPipelineParameters",
                    Value::from(sage_maker_pipeline_parameters),
                ),
            )
        }

        /// Sets `sqsParameters`.
        pub fn sqs_parameters(
            self,
            sqs_parameters: crate::aws_scheduler::cfn_schedule::SqsParametersProperty,
        ) -> Self {
            Self(self.0.with("sqsParameters", Value::from(sqs_parameters)))
        }
    }

    impl From<TargetProperty> for Value {
        fn from(it: TargetProperty) -> Self {
            Self::from(it.0)
        }
    }
}
