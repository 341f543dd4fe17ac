# One command surface: every target says what it does, and CI calls the same ones.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# The folder of everything that `selfhost-up` keeps, and where it listens.
DATA ?= ./data
LISTEN ?= 127.0.0.1:8080
ADMIN_LISTEN ?= 127.0.0.1:8081
export DATA LISTEN ADMIN_LISTEN

# A part of a test's name, or arguments for the test runner: make test TEST=embedded_postgres
TEST ?=

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Get what building, running and testing need and this machine lacks
	@scripts/setup --tests

.PHONY: setup-cdk
setup-cdk: ## Get what the deployment to AWS is written with: the CDK, for which Node.js must be there
	@scripts/setup-cdk

.PHONY: bindings
bindings: setup-cdk ## Write the Rust types of the CDK anew, after a change of infra-cdk/gen/allow.toml
	@cargo run --locked --quiet -p cdk-gen

.PHONY: selfhost-up
selfhost-up: ## Build and start everything in the background (DATA=./data, LISTEN=, ADMIN_LISTEN=)
	@scripts/setup
	@echo "==> Building twinhost (a first build takes some minutes)"
	@cargo build --release --locked --quiet -p twinhost-selfhost
	@scripts/selfhost up

.PHONY: selfhost-down
selfhost-down: ## Stop it; everything is kept
	@scripts/selfhost down

.PHONY: cloud-local
cloud-local: ## Build and start everything as on AWS, on this machine, until Ctrl-C (DATA=./data, LISTEN=)
	@scripts/setup --tests
	@echo "==> Building twinhost and its functions (a first build takes some minutes)"
	@cargo build --locked --quiet -p twinhost-selfhost --features twinhost-selfhost/cloud -p functions-lambda --bins
	@$${CARGO_TARGET_DIR:-target}/debug/twinhost --data-dir $(DATA) cloud-local --listen $(LISTEN)

.PHONY: test
test: ## Run every test (TEST=part-of-a-name for some)
	@scripts/setup --tests
	@scripts/setup-cdk
	@scripts/test $(TEST)

.PHONY: test-cdk
test-cdk: ## Deploy with the CDK to an emulator of AWS, and let what is deployed work (TEST=; a part of make test)
	@scripts/setup --tests
	@scripts/setup-cdk
	@scripts/test-cdk $(TEST)

.PHONY: test-faults
test-faults: ## Break everything between a runner, its database and its callers (TEST=part-of-a-name for some)
	@scripts/setup --tests
	@scripts/test-faults $(TEST)

.PHONY: soak
soak: ## Run the faults over many seeds, with fifty losses of power (SEEDS=5, or MINUTES=)
	@scripts/setup --tests
	@scripts/soak

.PHONY: lambda
lambda: ## Build and zip the Lambda functions into target/functions (HANDLERS="scorer digest" for some)
	@scripts/lambda $(HANDLERS)

# Arguments for the CDK's CLI: make deploy CDK="-c stage=prod -c mailFrom=alerts@example.com"
CDK ?=

.PHONY: deploy
deploy: setup-cdk lambda ## Deploy everything to the AWS account of this shell (CDK="-c stage=prod …")
	@cd infra-cdk && npx --no-install cdk deploy --all $(CDK)

.PHONY: diff
diff: setup-cdk ## Show what a deployment would change (CDK=…)
	@cd infra-cdk && npx --no-install cdk diff $(CDK)

.PHONY: destroy
destroy: setup-cdk ## Delete the deployment, but the table, buckets, key and users (CDK=…)
	@cd infra-cdk && npx --no-install cdk destroy --all $(CDK)

.PHONY: check
check: fmt lint doc boundaries deny ## Run every check that CI runs beside the tests

.PHONY: fmt
fmt: ## Check the format (cargo fmt mends it)
	cargo fmt --all --check

.PHONY: lint
lint: ## Check the code; a warning is an error
	cargo clippy --workspace --all-targets --locked -- -D warnings

.PHONY: doc
doc: ## Check the documentation, private items too
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked

.PHONY: boundaries
boundaries: ## Prove who depends on whom, and on what nobody may
	@scripts/boundaries

.PHONY: deny
deny: ## Check licences, bans and sources of the dependencies
	@scripts/setup --tests
	@scripts/deny

.PHONY: mutants
mutants: ## Show that the suites notice: each seeded fault must turn a test red (NAME= for one)
	@scripts/setup --tests
	@scripts/mutants $(NAME)

# Seeds to try, and the first of them.
SEEDS ?= 10000
FROM ?= 1

.PHONY: simulate
simulate: ## Try schedules of the delivery engine, each from a seed, against the model (SEEDS=10000 FROM=1)
	@SEEDS=$(SEEDS) FROM=$(FROM) cargo test --release --locked --quiet -p simulation -- --nocapture whatever_the_schedule

.PHONY: bench
bench: ## Measure beside hand-written code and peers, in one run (OUT=docs/benchmarks.md)
	@scripts/setup --tests
	@echo "==> Building twinhost and its peers (a first build takes some minutes)"
	@cargo build --release --locked --quiet -p twinhost-selfhost
	@scripts/lambda --here
	@scripts/with-postgres cargo run --release --locked --quiet -p bench -- $(if $(OUT),--out $(OUT))

.PHONY: clean
clean: ## Remove what was built (never data)
	cargo clean
