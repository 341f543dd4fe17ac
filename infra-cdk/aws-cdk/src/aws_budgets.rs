// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_budgets`.

use jsii::{Error, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_budgets.CfnBudget`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.html).
    CfnBudget = "aws-cdk-lib.aws_budgets.CfnBudget" as [crate::constructs::Construct, crate::constructs::IConstruct]
}

impl CfnBudget {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_budgets::CfnBudgetProps,
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

/// [`aws-cdk-lib.aws_budgets.CfnBudgetProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudgetProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct CfnBudgetProps(Struct);

impl CfnBudgetProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(budget: crate::aws_budgets::cfn_budget::BudgetDataProperty) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_budgets.CfnBudgetProps")
                .with("budget", Value::from(budget)),
        )
    }

    /// Sets `notificationsWithSubscribers`.
    pub fn notifications_with_subscribers(
        self,
        notifications_with_subscribers: impl IntoIterator<
            Item = impl Into<crate::aws_budgets::cfn_budget::NotificationWithSubscribersProperty>,
        >,
    ) -> Self {
        Self(self.0.with(
            "notificationsWithSubscribers",
            Value::list::<crate::aws_budgets::cfn_budget::NotificationWithSubscribersProperty>(
                notifications_with_subscribers,
            ),
        ))
    }

    /// Sets `resourceTags`.
    pub fn resource_tags(
        self,
        resource_tags: impl IntoIterator<
            Item = impl Into<crate::aws_budgets::cfn_budget::ResourceTagProperty>,
        >,
    ) -> Self {
        Self(self.0.with(
            "resourceTags",
            Value::list::<crate::aws_budgets::cfn_budget::ResourceTagProperty>(resource_tags),
        ))
    }
}

impl From<CfnBudgetProps> for Value {
    fn from(it: CfnBudgetProps) -> Self {
        Self::from(it.0)
    }
}

/// Types inside of `cfn_budget`.
pub mod cfn_budget {
    use jsii::{Struct, Value};

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.AutoAdjustDataProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.AutoAdjustDataProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct AutoAdjustDataProperty(Struct);

    impl AutoAdjustDataProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(auto_adjust_type: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.AutoAdjustDataProperty")
                    .with("autoAdjustType", Value::of::<String>(auto_adjust_type)),
            )
        }

        /// Sets `historicalOptions`.
        pub fn historical_options(
            self,
            historical_options: crate::aws_budgets::cfn_budget::HistoricalOptionsProperty,
        ) -> Self {
            Self(self.0.with("historicalOptions", Value::from(historical_options)))
        }
    }

    impl From<AutoAdjustDataProperty> for Value {
        fn from(it: AutoAdjustDataProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.BudgetDataProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.BudgetDataProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct BudgetDataProperty(Struct);

    impl BudgetDataProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(budget_type: impl Into<String>, time_unit: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.BudgetDataProperty")
                    .with("budgetType", Value::of::<String>(budget_type))
                    .with("timeUnit", Value::of::<String>(time_unit)),
            )
        }

        /// Sets `autoAdjustData`.
        pub fn auto_adjust_data(
            self,
            auto_adjust_data: crate::aws_budgets::cfn_budget::AutoAdjustDataProperty,
        ) -> Self {
            Self(self.0.with("autoAdjustData", Value::from(auto_adjust_data)))
        }

        /// Sets `billingViewArn`.
        pub fn billing_view_arn(self, billing_view_arn: impl Into<String>) -> Self {
            Self(self.0.with("billingViewArn", Value::of::<String>(billing_view_arn)))
        }

        /// Sets `budgetLimit`.
        pub fn budget_limit(
            self,
            budget_limit: crate::aws_budgets::cfn_budget::SpendProperty,
        ) -> Self {
            Self(self.0.with("budgetLimit", Value::from(budget_limit)))
        }

        /// Sets `budgetName`.
        pub fn budget_name(self, budget_name: impl Into<String>) -> Self {
            Self(self.0.with("budgetName", Value::of::<String>(budget_name)))
        }

        /// Sets `costFilters`.
        pub fn cost_filters(self, cost_filters: impl Into<Value>) -> Self {
            Self(self.0.with("costFilters", Value::of::<Value>(cost_filters)))
        }

        /// Sets `costTypes`.
        pub fn cost_types(
            self,
            cost_types: crate::aws_budgets::cfn_budget::CostTypesProperty,
        ) -> Self {
            Self(self.0.with("costTypes", Value::from(cost_types)))
        }

        /// Sets `filterExpression`.
        pub fn filter_expression(
            self,
            filter_expression: crate::aws_budgets::cfn_budget::ExpressionProperty,
        ) -> Self {
            Self(self.0.with("filterExpression", Value::from(filter_expression)))
        }

        /// Sets `metrics`.
        pub fn metrics(self, metrics: impl IntoIterator<Item = impl Into<String>>) -> Self {
            Self(self.0.with("metrics", Value::list::<String>(metrics)))
        }

        /// Sets `plannedBudgetLimits`.
        pub fn planned_budget_limits(self, planned_budget_limits: impl Into<Value>) -> Self {
            Self(self.0.with("plannedBudgetLimits", Value::of::<Value>(planned_budget_limits)))
        }

        /// Sets `timePeriod`.
        pub fn time_period(
            self,
            time_period: crate::aws_budgets::cfn_budget::TimePeriodProperty,
        ) -> Self {
            Self(self.0.with("timePeriod", Value::from(time_period)))
        }
    }

    impl From<BudgetDataProperty> for Value {
        fn from(it: BudgetDataProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.CostCategoryValuesProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.CostCategoryValuesProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct CostCategoryValuesProperty(Struct);

    impl CostCategoryValuesProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.CostCategoryValuesProperty"))
        }

        /// Sets `key`.
        pub fn key(self, key: impl Into<String>) -> Self {
            Self(self.0.with("key", Value::of::<String>(key)))
        }

        /// Sets `matchOptions`.
        pub fn match_options(
            self,
            match_options: impl IntoIterator<Item = impl Into<String>>,
        ) -> Self {
            Self(self.0.with("matchOptions", Value::list::<String>(match_options)))
        }

        /// Sets `values`.
        pub fn values(self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
            Self(self.0.with("values", Value::list::<String>(values)))
        }
    }

    impl Default for CostCategoryValuesProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<CostCategoryValuesProperty> for Value {
        fn from(it: CostCategoryValuesProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.CostTypesProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.CostTypesProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct CostTypesProperty(Struct);

    impl CostTypesProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.CostTypesProperty"))
        }

        /// Sets `includeCredit`.
        pub fn include_credit(self, include_credit: bool) -> Self {
            Self(self.0.with("includeCredit", Value::from(include_credit)))
        }

        /// Sets `includeDiscount`.
        pub fn include_discount(self, include_discount: bool) -> Self {
            Self(self.0.with("includeDiscount", Value::from(include_discount)))
        }

        /// Sets `includeOtherSubscription`.
        pub fn include_other_subscription(self, include_other_subscription: bool) -> Self {
            Self(self.0.with("includeOtherSubscription", Value::from(include_other_subscription)))
        }

        /// Sets `includeRecurring`.
        pub fn include_recurring(self, include_recurring: bool) -> Self {
            Self(self.0.with("includeRecurring", Value::from(include_recurring)))
        }

        /// Sets `includeRefund`.
        pub fn include_refund(self, include_refund: bool) -> Self {
            Self(self.0.with("includeRefund", Value::from(include_refund)))
        }

        /// Sets `includeSubscription`.
        pub fn include_subscription(self, include_subscription: bool) -> Self {
            Self(self.0.with("includeSubscription", Value::from(include_subscription)))
        }

        /// Sets `includeSupport`.
        pub fn include_support(self, include_support: bool) -> Self {
            Self(self.0.with("includeSupport", Value::from(include_support)))
        }

        /// Sets `includeTax`.
        pub fn include_tax(self, include_tax: bool) -> Self {
            Self(self.0.with("includeTax", Value::from(include_tax)))
        }

        /// Sets `includeUpfront`.
        pub fn include_upfront(self, include_upfront: bool) -> Self {
            Self(self.0.with("includeUpfront", Value::from(include_upfront)))
        }

        /// Sets `useAmortized`.
        pub fn use_amortized(self, use_amortized: bool) -> Self {
            Self(self.0.with("useAmortized", Value::from(use_amortized)))
        }

        /// Sets `useBlended`.
        pub fn use_blended(self, use_blended: bool) -> Self {
            Self(self.0.with("useBlended", Value::from(use_blended)))
        }
    }

    impl Default for CostTypesProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<CostTypesProperty> for Value {
        fn from(it: CostTypesProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.ExpressionDimensionValuesProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.ExpressionDimensionValuesProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct ExpressionDimensionValuesProperty(Struct);

    impl ExpressionDimensionValuesProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.ExpressionDimensionValuesProperty"))
        }

        /// Sets `key`.
        pub fn key(self, key: impl Into<String>) -> Self {
            Self(self.0.with("key", Value::of::<String>(key)))
        }

        /// Sets `matchOptions`.
        pub fn match_options(
            self,
            match_options: impl IntoIterator<Item = impl Into<String>>,
        ) -> Self {
            Self(self.0.with("matchOptions", Value::list::<String>(match_options)))
        }

        /// Sets `values`.
        pub fn values(self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
            Self(self.0.with("values", Value::list::<String>(values)))
        }
    }

    impl Default for ExpressionDimensionValuesProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<ExpressionDimensionValuesProperty> for Value {
        fn from(it: ExpressionDimensionValuesProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.ExpressionProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.ExpressionProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct ExpressionProperty(Struct);

    impl ExpressionProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.ExpressionProperty"))
        }

        /// Sets `and`.
        pub fn and(
            self,
            and: impl IntoIterator<Item = impl Into<crate::aws_budgets::cfn_budget::ExpressionProperty>>,
        ) -> Self {
            Self(self.0.with(
                "and",
                Value::list::<crate::aws_budgets::cfn_budget::ExpressionProperty>(and),
            ))
        }

        /// Sets `costCategories`.
        pub fn cost_categories(
            self,
            cost_categories: crate::aws_budgets::cfn_budget::CostCategoryValuesProperty,
        ) -> Self {
            Self(self.0.with("costCategories", Value::from(cost_categories)))
        }

        /// Sets `dimensions`.
        pub fn dimensions(
            self,
            dimensions: crate::aws_budgets::cfn_budget::ExpressionDimensionValuesProperty,
        ) -> Self {
            Self(self.0.with("dimensions", Value::from(dimensions)))
        }

        /// Sets `not`.
        pub fn not(self, not: crate::aws_budgets::cfn_budget::ExpressionProperty) -> Self {
            Self(self.0.with("not", Value::from(not)))
        }

        /// Sets `or`.
        pub fn or(
            self,
            or: impl IntoIterator<Item = impl Into<crate::aws_budgets::cfn_budget::ExpressionProperty>>,
        ) -> Self {
            Self(
                self.0.with(
                    "or",
                    Value::list::<crate::aws_budgets::cfn_budget::ExpressionProperty>(or),
                ),
            )
        }

        /// Sets `tags`.
        pub fn tags(self, tags: crate::aws_budgets::cfn_budget::TagValuesProperty) -> Self {
            Self(self.0.with("tags", Value::from(tags)))
        }
    }

    impl Default for ExpressionProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<ExpressionProperty> for Value {
        fn from(it: ExpressionProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.HistoricalOptionsProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.HistoricalOptionsProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct HistoricalOptionsProperty(Struct);

    impl HistoricalOptionsProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(budget_adjustment_period: impl Into<f64>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.HistoricalOptionsProperty")
                    .with("budgetAdjustmentPeriod", Value::of::<f64>(budget_adjustment_period)),
            )
        }
    }

    impl From<HistoricalOptionsProperty> for Value {
        fn from(it: HistoricalOptionsProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.NotificationProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.NotificationProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct NotificationProperty(Struct);

    impl NotificationProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(
            comparison_operator: impl Into<String>,
            notification_type: impl Into<String>,
            threshold: impl Into<f64>,
        ) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.NotificationProperty")
                    .with("comparisonOperator", Value::of::<String>(comparison_operator))
                    .with("notificationType", Value::of::<String>(notification_type))
                    .with("threshold", Value::of::<f64>(threshold)),
            )
        }

        /// Sets `thresholdType`.
        pub fn threshold_type(self, threshold_type: impl Into<String>) -> Self {
            Self(self.0.with("thresholdType", Value::of::<String>(threshold_type)))
        }
    }

    impl From<NotificationProperty> for Value {
        fn from(it: NotificationProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.NotificationWithSubscribersProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.NotificationWithSubscribersProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct NotificationWithSubscribersProperty(Struct);

    impl NotificationWithSubscribersProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(
            notification: crate::aws_budgets::cfn_budget::NotificationProperty,
            subscribers: impl IntoIterator<
                Item = impl Into<crate::aws_budgets::cfn_budget::SubscriberProperty>,
            >,
        ) -> Self {
            Self(
                Struct::new(
                    "aws-cdk-lib.aws_budgets.CfnBudget.NotificationWithSubscribersProperty",
                )
                .with("notification", Value::from(notification))
                .with(
                    "subscribers",
                    Value::list::<crate::aws_budgets::cfn_budget::SubscriberProperty>(subscribers),
                ),
            )
        }
    }

    impl From<NotificationWithSubscribersProperty> for Value {
        fn from(it: NotificationWithSubscribersProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.ResourceTagProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.ResourceTagProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct ResourceTagProperty(Struct);

    impl ResourceTagProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(key: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.ResourceTagProperty")
                    .with("key", Value::of::<String>(key)),
            )
        }

        /// Sets `value`.
        pub fn value(self, value: impl Into<String>) -> Self {
            Self(self.0.with("value", Value::of::<String>(value)))
        }
    }

    impl From<ResourceTagProperty> for Value {
        fn from(it: ResourceTagProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.SpendProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.SpendProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct SpendProperty(Struct);

    impl SpendProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(amount: impl Into<f64>, unit: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.SpendProperty")
                    .with("amount", Value::of::<f64>(amount))
                    .with("unit", Value::of::<String>(unit)),
            )
        }
    }

    impl From<SpendProperty> for Value {
        fn from(it: SpendProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.SubscriberProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.SubscriberProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct SubscriberProperty(Struct);

    impl SubscriberProperty {
        /// What is required, by name; nothing else set yet.
        pub fn new(address: impl Into<String>, subscription_type: impl Into<String>) -> Self {
            Self(
                Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.SubscriberProperty")
                    .with("address", Value::of::<String>(address))
                    .with("subscriptionType", Value::of::<String>(subscription_type)),
            )
        }
    }

    impl From<SubscriberProperty> for Value {
        fn from(it: SubscriberProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.TagValuesProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.TagValuesProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct TagValuesProperty(Struct);

    impl TagValuesProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.TagValuesProperty"))
        }

        /// Sets `key`.
        pub fn key(self, key: impl Into<String>) -> Self {
            Self(self.0.with("key", Value::of::<String>(key)))
        }

        /// Sets `matchOptions`.
        pub fn match_options(
            self,
            match_options: impl IntoIterator<Item = impl Into<String>>,
        ) -> Self {
            Self(self.0.with("matchOptions", Value::list::<String>(match_options)))
        }

        /// Sets `values`.
        pub fn values(self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
            Self(self.0.with("values", Value::list::<String>(values)))
        }
    }

    impl Default for TagValuesProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<TagValuesProperty> for Value {
        fn from(it: TagValuesProperty) -> Self {
            Self::from(it.0)
        }
    }

    /// [`aws-cdk-lib.aws_budgets.CfnBudget.TimePeriodProperty`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_budgets.CfnBudget.TimePeriodProperty.html).
    #[must_use]
    #[derive(Clone, Debug)]
    pub struct TimePeriodProperty(Struct);

    impl TimePeriodProperty {
        /// Nothing set yet.
        pub fn new() -> Self {
            Self(Struct::new("aws-cdk-lib.aws_budgets.CfnBudget.TimePeriodProperty"))
        }

        /// Sets `end`.
        pub fn end(self, end: impl Into<String>) -> Self {
            Self(self.0.with("end", Value::of::<String>(end)))
        }

        /// Sets `start`.
        pub fn start(self, start: impl Into<String>) -> Self {
            Self(self.0.with("start", Value::of::<String>(start)))
        }
    }

    impl Default for TimePeriodProperty {
        fn default() -> Self {
            Self::new()
        }
    }

    impl From<TimePeriodProperty> for Value {
        fn from(it: TimePeriodProperty) -> Self {
            Self::from(it.0)
        }
    }
}
