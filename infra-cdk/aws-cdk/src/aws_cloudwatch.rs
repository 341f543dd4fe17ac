// Written by `make bindings` from constructs 10.8.1 and aws-cdk-lib 2.276.0 (Apache-2.0, Amazon.com): what to change is `infra-cdk/gen/allow.toml`.

//! Types of `aws_cloudwatch`.

use jsii::{Error, Kernel, Struct, Value};

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudwatch.Alarm`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.Alarm.html).
    Alarm = "aws-cdk-lib.aws_cloudwatch.Alarm" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Alarm {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_cloudwatch::AlarmProps,
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

    /// Calls `addAlarmAction`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn add_alarm_action(
        &self,
        actions: impl IntoIterator<Item = impl Into<crate::aws_cloudwatch::IAlarmAction>>,
    ) -> Result<(), Error> {
        let mut arguments = vec![];
        arguments.extend(
            actions.into_iter().map(|it| Value::of::<crate::aws_cloudwatch::IAlarmAction>(it)),
        );
        self.0.invoke("addAlarmAction", arguments)
    }

    /// Calls `addOkAction`.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn add_ok_action(
        &self,
        actions: impl IntoIterator<Item = impl Into<crate::aws_cloudwatch::IAlarmAction>>,
    ) -> Result<(), Error> {
        let mut arguments = vec![];
        arguments.extend(
            actions.into_iter().map(|it| Value::of::<crate::aws_cloudwatch::IAlarmAction>(it)),
        );
        self.0.invoke("addOkAction", arguments)
    }
}

/// [`aws-cdk-lib.aws_cloudwatch.AlarmProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.AlarmProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct AlarmProps(Struct);

impl AlarmProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(
        evaluation_periods: impl Into<f64>,
        metric: impl Into<crate::aws_cloudwatch::IMetric>,
        threshold: impl Into<f64>,
    ) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cloudwatch.AlarmProps")
                .with("evaluationPeriods", Value::of::<f64>(evaluation_periods))
                .with("metric", Value::of::<crate::aws_cloudwatch::IMetric>(metric))
                .with("threshold", Value::of::<f64>(threshold)),
        )
    }

    /// Sets `actionsEnabled`.
    pub fn actions_enabled(self, actions_enabled: bool) -> Self {
        Self(self.0.with("actionsEnabled", Value::from(actions_enabled)))
    }

    /// Sets `alarmDescription`.
    pub fn alarm_description(self, alarm_description: impl Into<String>) -> Self {
        Self(self.0.with("alarmDescription", Value::of::<String>(alarm_description)))
    }

    /// Sets `alarmName`.
    pub fn alarm_name(self, alarm_name: impl Into<String>) -> Self {
        Self(self.0.with("alarmName", Value::of::<String>(alarm_name)))
    }

    /// Sets `comparisonOperator`.
    pub fn comparison_operator(
        self,
        comparison_operator: crate::aws_cloudwatch::ComparisonOperator,
    ) -> Self {
        Self(self.0.with("comparisonOperator", Value::from(comparison_operator)))
    }

    /// Sets `datapointsToAlarm`.
    pub fn datapoints_to_alarm(self, datapoints_to_alarm: impl Into<f64>) -> Self {
        Self(self.0.with("datapointsToAlarm", Value::of::<f64>(datapoints_to_alarm)))
    }

    /// Sets `evaluateLowSampleCountPercentile`.
    pub fn evaluate_low_sample_count_percentile(
        self,
        evaluate_low_sample_count_percentile: impl Into<String>,
    ) -> Self {
        Self(self.0.with(
            "evaluateLowSampleCountPercentile",
            Value::of::<String>(evaluate_low_sample_count_percentile),
        ))
    }

    /// Sets `treatMissingData`.
    pub fn treat_missing_data(
        self,
        treat_missing_data: crate::aws_cloudwatch::TreatMissingData,
    ) -> Self {
        Self(self.0.with("treatMissingData", Value::from(treat_missing_data)))
    }
}

impl From<AlarmProps> for Value {
    fn from(it: AlarmProps) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudwatch.ComparisonOperator`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.ComparisonOperator.html).
    ComparisonOperator = "aws-cdk-lib.aws_cloudwatch.ComparisonOperator" { GreaterThanOrEqualToThreshold = "GREATER_THAN_OR_EQUAL_TO_THRESHOLD", GreaterThanThreshold = "GREATER_THAN_THRESHOLD", LessThanThreshold = "LESS_THAN_THRESHOLD", LessThanOrEqualToThreshold = "LESS_THAN_OR_EQUAL_TO_THRESHOLD", LessThanLowerOrGreaterThanUpperThreshold = "LESS_THAN_LOWER_OR_GREATER_THAN_UPPER_THRESHOLD", GreaterThanUpperThreshold = "GREATER_THAN_UPPER_THRESHOLD", LessThanLowerThreshold = "LESS_THAN_LOWER_THRESHOLD" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudwatch.Dashboard`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.Dashboard.html).
    Dashboard = "aws-cdk-lib.aws_cloudwatch.Dashboard" as [crate::Resource, crate::constructs::Construct, crate::constructs::IConstruct]
}

impl Dashboard {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        scope: impl Into<crate::constructs::Construct>,
        id: impl Into<String>,
        props: crate::aws_cloudwatch::DashboardProps,
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

/// [`aws-cdk-lib.aws_cloudwatch.DashboardProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.DashboardProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct DashboardProps(Struct);

impl DashboardProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cloudwatch.DashboardProps"))
    }

    /// Sets `dashboardName`.
    pub fn dashboard_name(self, dashboard_name: impl Into<String>) -> Self {
        Self(self.0.with("dashboardName", Value::of::<String>(dashboard_name)))
    }

    /// Sets `defaultInterval`.
    pub fn default_interval(self, default_interval: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("defaultInterval", Value::of::<crate::Duration>(default_interval)))
    }

    /// Sets `end`.
    pub fn end(self, end: impl Into<String>) -> Self {
        Self(self.0.with("end", Value::of::<String>(end)))
    }

    /// Sets `periodOverride`.
    pub fn period_override(self, period_override: crate::aws_cloudwatch::PeriodOverride) -> Self {
        Self(self.0.with("periodOverride", Value::from(period_override)))
    }

    /// Sets `start`.
    pub fn start(self, start: impl Into<String>) -> Self {
        Self(self.0.with("start", Value::of::<String>(start)))
    }

    /// Sets `widgets`.
    pub fn widgets(
        self,
        widgets: impl IntoIterator<Item = impl Into<Vec<crate::aws_cloudwatch::IWidget>>>,
    ) -> Self {
        Self(self.0.with("widgets", Value::list::<Vec<crate::aws_cloudwatch::IWidget>>(widgets)))
    }
}

impl Default for DashboardProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<DashboardProps> for Value {
    fn from(it: DashboardProps) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudwatch.GraphWidget`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.GraphWidget.html).
    GraphWidget = "aws-cdk-lib.aws_cloudwatch.GraphWidget" as [crate::aws_cloudwatch::IWidget]
}

impl GraphWidget {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(
        kernel: &Kernel,
        props: crate::aws_cloudwatch::GraphWidgetProps,
    ) -> Result<Self, Error> {
        kernel.create(Self::CLASS, vec![Value::from(props)]).map(Self::from)
    }
}

/// [`aws-cdk-lib.aws_cloudwatch.GraphWidgetProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.GraphWidgetProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct GraphWidgetProps(Struct);

impl GraphWidgetProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cloudwatch.GraphWidgetProps"))
    }

    /// Sets `accountId`.
    pub fn account_id(self, account_id: impl Into<String>) -> Self {
        Self(self.0.with("accountId", Value::of::<String>(account_id)))
    }

    /// Sets `displayLabelsOnChart`.
    pub fn display_labels_on_chart(self, display_labels_on_chart: bool) -> Self {
        Self(self.0.with("displayLabelsOnChart", Value::from(display_labels_on_chart)))
    }

    /// Sets `end`.
    pub fn end(self, end: impl Into<String>) -> Self {
        Self(self.0.with("end", Value::of::<String>(end)))
    }

    /// Sets `height`.
    pub fn height(self, height: impl Into<f64>) -> Self {
        Self(self.0.with("height", Value::of::<f64>(height)))
    }

    /// Sets `left`.
    pub fn left(
        self,
        left: impl IntoIterator<Item = impl Into<crate::aws_cloudwatch::IMetric>>,
    ) -> Self {
        Self(self.0.with("left", Value::list::<crate::aws_cloudwatch::IMetric>(left)))
    }

    /// Sets `leftAnnotations`.
    pub fn left_annotations(
        self,
        left_annotations: impl IntoIterator<
            Item = impl Into<crate::aws_cloudwatch::HorizontalAnnotation>,
        >,
    ) -> Self {
        Self(self.0.with(
            "leftAnnotations",
            Value::list::<crate::aws_cloudwatch::HorizontalAnnotation>(left_annotations),
        ))
    }

    /// Sets `leftYAxis`.
    pub fn left_y_axis(self, left_y_axis: crate::aws_cloudwatch::YAxisProps) -> Self {
        Self(self.0.with("leftYAxis", Value::from(left_y_axis)))
    }

    /// Sets `legendPosition`.
    pub fn legend_position(self, legend_position: crate::aws_cloudwatch::LegendPosition) -> Self {
        Self(self.0.with("legendPosition", Value::from(legend_position)))
    }

    /// Sets `liveData`.
    pub fn live_data(self, live_data: bool) -> Self {
        Self(self.0.with("liveData", Value::from(live_data)))
    }

    /// Sets `period`.
    pub fn period(self, period: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("period", Value::of::<crate::Duration>(period)))
    }

    /// Sets `region`.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self(self.0.with("region", Value::of::<String>(region)))
    }

    /// Sets `right`.
    pub fn right(
        self,
        right: impl IntoIterator<Item = impl Into<crate::aws_cloudwatch::IMetric>>,
    ) -> Self {
        Self(self.0.with("right", Value::list::<crate::aws_cloudwatch::IMetric>(right)))
    }

    /// Sets `rightAnnotations`.
    pub fn right_annotations(
        self,
        right_annotations: impl IntoIterator<
            Item = impl Into<crate::aws_cloudwatch::HorizontalAnnotation>,
        >,
    ) -> Self {
        Self(self.0.with(
            "rightAnnotations",
            Value::list::<crate::aws_cloudwatch::HorizontalAnnotation>(right_annotations),
        ))
    }

    /// Sets `rightYAxis`.
    pub fn right_y_axis(self, right_y_axis: crate::aws_cloudwatch::YAxisProps) -> Self {
        Self(self.0.with("rightYAxis", Value::from(right_y_axis)))
    }

    /// Sets `setPeriodToTimeRange`.
    pub fn set_period_to_time_range(self, set_period_to_time_range: bool) -> Self {
        Self(self.0.with("setPeriodToTimeRange", Value::from(set_period_to_time_range)))
    }

    /// Sets `stacked`.
    pub fn stacked(self, stacked: bool) -> Self {
        Self(self.0.with("stacked", Value::from(stacked)))
    }

    /// Sets `start`.
    pub fn start(self, start: impl Into<String>) -> Self {
        Self(self.0.with("start", Value::of::<String>(start)))
    }

    /// Sets `statistic`.
    pub fn statistic(self, statistic: impl Into<String>) -> Self {
        Self(self.0.with("statistic", Value::of::<String>(statistic)))
    }

    /// Sets `title`.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self(self.0.with("title", Value::of::<String>(title)))
    }

    /// Sets `verticalAnnotations`.
    pub fn vertical_annotations(
        self,
        vertical_annotations: impl IntoIterator<
            Item = impl Into<crate::aws_cloudwatch::VerticalAnnotation>,
        >,
    ) -> Self {
        Self(self.0.with(
            "verticalAnnotations",
            Value::list::<crate::aws_cloudwatch::VerticalAnnotation>(vertical_annotations),
        ))
    }

    /// Sets `view`.
    pub fn view(self, view: crate::aws_cloudwatch::GraphWidgetView) -> Self {
        Self(self.0.with("view", Value::from(view)))
    }

    /// Sets `width`.
    pub fn width(self, width: impl Into<f64>) -> Self {
        Self(self.0.with("width", Value::of::<f64>(width)))
    }
}

impl Default for GraphWidgetProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<GraphWidgetProps> for Value {
    fn from(it: GraphWidgetProps) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudwatch.GraphWidgetView`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.GraphWidgetView.html).
    GraphWidgetView = "aws-cdk-lib.aws_cloudwatch.GraphWidgetView" { TimeSeries = "TIME_SERIES", Bar = "BAR", Pie = "PIE" }
}

/// [`aws-cdk-lib.aws_cloudwatch.HorizontalAnnotation`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.HorizontalAnnotation.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct HorizontalAnnotation(Struct);

impl HorizontalAnnotation {
    /// What is required, by name; nothing else set yet.
    pub fn new(value: impl Into<f64>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cloudwatch.HorizontalAnnotation")
                .with("value", Value::of::<f64>(value)),
        )
    }

    /// Sets `color`.
    pub fn color(self, color: impl Into<String>) -> Self {
        Self(self.0.with("color", Value::of::<String>(color)))
    }

    /// Sets `fill`.
    pub fn fill(self, fill: crate::aws_cloudwatch::Shading) -> Self {
        Self(self.0.with("fill", Value::from(fill)))
    }

    /// Sets `label`.
    pub fn label(self, label: impl Into<String>) -> Self {
        Self(self.0.with("label", Value::of::<String>(label)))
    }

    /// Sets `visible`.
    pub fn visible(self, visible: bool) -> Self {
        Self(self.0.with("visible", Value::from(visible)))
    }
}

impl From<HorizontalAnnotation> for Value {
    fn from(it: HorizontalAnnotation) -> Self {
        Self::from(it.0)
    }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudwatch.IAlarmAction`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.IAlarmAction.html).
    IAlarmAction = "aws-cdk-lib.aws_cloudwatch.IAlarmAction" as []
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudwatch.IMetric`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.IMetric.html).
    IMetric = "aws-cdk-lib.aws_cloudwatch.IMetric" as []
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudwatch.IWidget`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.IWidget.html).
    IWidget = "aws-cdk-lib.aws_cloudwatch.IWidget" as []
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudwatch.LegendPosition`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.LegendPosition.html).
    LegendPosition = "aws-cdk-lib.aws_cloudwatch.LegendPosition" { Bottom = "BOTTOM", Right = "RIGHT", Hidden = "HIDDEN" }
}

jsii::object! {
    /// [`aws-cdk-lib.aws_cloudwatch.Metric`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.Metric.html).
    Metric = "aws-cdk-lib.aws_cloudwatch.Metric" as [crate::aws_cloudwatch::IMetric]
}

impl Metric {
    /// Creates one.
    ///
    /// # Errors
    ///
    /// When JavaScript throws.
    #[track_caller]
    pub fn new(kernel: &Kernel, props: crate::aws_cloudwatch::MetricProps) -> Result<Self, Error> {
        kernel.create(Self::CLASS, vec![Value::from(props)]).map(Self::from)
    }
}

/// [`aws-cdk-lib.aws_cloudwatch.MetricProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.MetricProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct MetricProps(Struct);

impl MetricProps {
    /// What is required, by name; nothing else set yet.
    pub fn new(metric_name: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cloudwatch.MetricProps")
                .with("metricName", Value::of::<String>(metric_name))
                .with("namespace", Value::of::<String>(namespace)),
        )
    }

    /// Sets `account`.
    pub fn account(self, account: impl Into<String>) -> Self {
        Self(self.0.with("account", Value::of::<String>(account)))
    }

    /// Sets `color`.
    pub fn color(self, color: impl Into<String>) -> Self {
        Self(self.0.with("color", Value::of::<String>(color)))
    }

    /// Sets `dimensionsMap`.
    pub fn dimensions_map(
        self,
        dimensions_map: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        Self(self.0.with("dimensionsMap", Value::map::<String>(dimensions_map)))
    }

    /// Sets `id`.
    pub fn id(self, id: impl Into<String>) -> Self {
        Self(self.0.with("id", Value::of::<String>(id)))
    }

    /// Sets `label`.
    pub fn label(self, label: impl Into<String>) -> Self {
        Self(self.0.with("label", Value::of::<String>(label)))
    }

    /// Sets `period`.
    pub fn period(self, period: impl Into<crate::Duration>) -> Self {
        Self(self.0.with("period", Value::of::<crate::Duration>(period)))
    }

    /// Sets `region`.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self(self.0.with("region", Value::of::<String>(region)))
    }

    /// Sets `stackAccount`.
    pub fn stack_account(self, stack_account: impl Into<String>) -> Self {
        Self(self.0.with("stackAccount", Value::of::<String>(stack_account)))
    }

    /// Sets `stackRegion`.
    pub fn stack_region(self, stack_region: impl Into<String>) -> Self {
        Self(self.0.with("stackRegion", Value::of::<String>(stack_region)))
    }

    /// Sets `statistic`.
    pub fn statistic(self, statistic: impl Into<String>) -> Self {
        Self(self.0.with("statistic", Value::of::<String>(statistic)))
    }

    /// Sets `unit`.
    pub fn unit(self, unit: crate::aws_cloudwatch::Unit) -> Self {
        Self(self.0.with("unit", Value::from(unit)))
    }

    /// Sets `visible`.
    pub fn visible(self, visible: bool) -> Self {
        Self(self.0.with("visible", Value::from(visible)))
    }
}

impl From<MetricProps> for Value {
    fn from(it: MetricProps) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudwatch.PeriodOverride`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.PeriodOverride.html).
    PeriodOverride = "aws-cdk-lib.aws_cloudwatch.PeriodOverride" { Auto = "AUTO", Inherit = "INHERIT" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudwatch.Shading`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.Shading.html).
    Shading = "aws-cdk-lib.aws_cloudwatch.Shading" { None = "NONE", Above = "ABOVE", Below = "BELOW" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudwatch.TreatMissingData`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.TreatMissingData.html).
    TreatMissingData = "aws-cdk-lib.aws_cloudwatch.TreatMissingData" { Breaching = "BREACHING", NotBreaching = "NOT_BREACHING", Ignore = "IGNORE", Missing = "MISSING" }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudwatch.Unit`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.Unit.html).
    Unit = "aws-cdk-lib.aws_cloudwatch.Unit" { Seconds = "SECONDS", Microseconds = "MICROSECONDS", Milliseconds = "MILLISECONDS", Bytes = "BYTES", Kilobytes = "KILOBYTES", Megabytes = "MEGABYTES", Gigabytes = "GIGABYTES", Terabytes = "TERABYTES", Bits = "BITS", Kilobits = "KILOBITS", Megabits = "MEGABITS", Gigabits = "GIGABITS", Terabits = "TERABITS", Percent = "PERCENT", Count = "COUNT", BytesPerSecond = "BYTES_PER_SECOND", KilobytesPerSecond = "KILOBYTES_PER_SECOND", MegabytesPerSecond = "MEGABYTES_PER_SECOND", GigabytesPerSecond = "GIGABYTES_PER_SECOND", TerabytesPerSecond = "TERABYTES_PER_SECOND", BitsPerSecond = "BITS_PER_SECOND", KilobitsPerSecond = "KILOBITS_PER_SECOND", MegabitsPerSecond = "MEGABITS_PER_SECOND", GigabitsPerSecond = "GIGABITS_PER_SECOND", TerabitsPerSecond = "TERABITS_PER_SECOND", CountPerSecond = "COUNT_PER_SECOND", None = "NONE" }
}

/// [`aws-cdk-lib.aws_cloudwatch.VerticalAnnotation`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.VerticalAnnotation.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct VerticalAnnotation(Struct);

impl VerticalAnnotation {
    /// What is required, by name; nothing else set yet.
    pub fn new(date: impl Into<String>) -> Self {
        Self(
            Struct::new("aws-cdk-lib.aws_cloudwatch.VerticalAnnotation")
                .with("date", Value::of::<String>(date)),
        )
    }

    /// Sets `color`.
    pub fn color(self, color: impl Into<String>) -> Self {
        Self(self.0.with("color", Value::of::<String>(color)))
    }

    /// Sets `fill`.
    pub fn fill(self, fill: crate::aws_cloudwatch::VerticalShading) -> Self {
        Self(self.0.with("fill", Value::from(fill)))
    }

    /// Sets `label`.
    pub fn label(self, label: impl Into<String>) -> Self {
        Self(self.0.with("label", Value::of::<String>(label)))
    }

    /// Sets `visible`.
    pub fn visible(self, visible: bool) -> Self {
        Self(self.0.with("visible", Value::from(visible)))
    }
}

impl From<VerticalAnnotation> for Value {
    fn from(it: VerticalAnnotation) -> Self {
        Self::from(it.0)
    }
}

jsii::enumeration! {
    /// [`aws-cdk-lib.aws_cloudwatch.VerticalShading`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.VerticalShading.html).
    VerticalShading = "aws-cdk-lib.aws_cloudwatch.VerticalShading" { None = "NONE", Before = "BEFORE", After = "AFTER" }
}

/// [`aws-cdk-lib.aws_cloudwatch.YAxisProps`](https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_cloudwatch.YAxisProps.html).
#[must_use]
#[derive(Clone, Debug)]
pub struct YAxisProps(Struct);

impl YAxisProps {
    /// Nothing set yet.
    pub fn new() -> Self {
        Self(Struct::new("aws-cdk-lib.aws_cloudwatch.YAxisProps"))
    }

    /// Sets `label`.
    pub fn label(self, label: impl Into<String>) -> Self {
        Self(self.0.with("label", Value::of::<String>(label)))
    }

    /// Sets `max`.
    pub fn max(self, max: impl Into<f64>) -> Self {
        Self(self.0.with("max", Value::of::<f64>(max)))
    }

    /// Sets `min`.
    pub fn min(self, min: impl Into<f64>) -> Self {
        Self(self.0.with("min", Value::of::<f64>(min)))
    }

    /// Sets `showUnits`.
    pub fn show_units(self, show_units: bool) -> Self {
        Self(self.0.with("showUnits", Value::from(show_units)))
    }
}

impl Default for YAxisProps {
    fn default() -> Self {
        Self::new()
    }
}

impl From<YAxisProps> for Value {
    fn from(it: YAxisProps) -> Self {
        Self::from(it.0)
    }
}
