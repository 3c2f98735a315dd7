# `make` lists what there is. A fresh machine needs Python 3.11 or newer, git and make; nothing else.

PYTHON     ?= python3
PORT       ?= 8000
CLOUD_PORT ?= 4566
HOME_DIR   ?= .local
export NAME OWNER
AUTHOR     ?= $(or $(USER),operator)
STAGE      ?= prod
KEY        ?= cursors
HISTORIES  ?= 20000
EXAMPLES   ?= 1000
CORES      ?= $(shell nproc 2>/dev/null || echo 2)

APP   := .venv/app/bin/python
RULES := .venv/app/bin
BABEL := $(CURDIR)/.venv/app/bin/pybabel
RUN   := .venv/app/.installed .venv/cloud/.installed
DEV   := .venv/app/.installed-dev .venv/cloud/.installed
REAL  := .venv/real/.installed
FIELD := .venv/lifetimes/.installed

# Whether a word was said. What agrees to a loss is 1 or not there: nobody who writes ALLOW_LOSS=0 means yes.
said = $(if $(filter-out 1,$($(1))),$(error $(1)=$($(1)) says nothing: say $(1)=1 or leave it out),$($(1)))

.DEFAULT_GOAL := help
.PHONY: help run sign-in demo demo-real test test-long format-check lint types layers unit bench format key program recompute mails clean distclean python
.PHONY: contract simulate quarter year week fuzz planted faults mutants pages
.PHONY: fit reference letters words test-deployed test-dynamodb package deploy destroy deployer boundary alarms rotate drill

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

# --- use ---------------------------------------------------------------------------------------------------------------

run: ## start everything on this machine (PORT, CLOUD_PORT, HOME_DIR; Ctrl-C stops it, the data stay)
	@$(MAKE) -s -j2 $(RUN)
	@exec $(APP) -m infra.local.run --home '$(HOME_DIR)' --port $(PORT) --cloud-port $(CLOUD_PORT)

demo: ## play five months of a small shop, on an instance of its own, and check every cent (PROGRAM=flat, tiered or double-sided)
	@$(MAKE) -s -j2 $(RUN)
	@$(APP) -m infra.local.with_instance --home .local/demo --fresh -- \
		$(APP) examples/play.py --run-json {run_json} $(if $(PROGRAM),--program '$(PROGRAM)')
	@echo 'Look at what it leaves: make run HOME_DIR=.local/demo, and open the console.'

demo-real: ## the same with real orders of an online store
	@$(MAKE) -s -j2 $(RUN) $(REAL)
	@exec $(APP) -m infra.local.with_instance --home .local/demo-real --fresh -- \
		.venv/real/bin/python examples/real.py --run-json {run_json}

key: .venv/app/.installed ## make an API key for the running instance: NAME="web shop" SCOPES="checkout enrol sessions" (OWNER)
	@test -n "$$NAME" && test -n '$(SCOPES)' || { echo 'Say who it is for: make key NAME="web shop" SCOPES="checkout enrol sessions"'; exit 2; }
	@$(APP) -m infra.manage --home '$(HOME_DIR)' key --name "$$NAME" --owner "$$OWNER" --scopes $(SCOPES)

program: .venv/app/.installed ## publish a program to the running instance: FILE=examples/program.json
	@test -n '$(FILE)' || { echo 'Say which: make program FILE=examples/program.json'; exit 2; }
	@$(APP) -m infra.manage --home '$(HOME_DIR)' program '$(FILE)' --author '$(AUTHOR)'

fit: $(DEV) ## fit the models of worth to the customers of the running instance, or of URL=… with a key in API_KEY
	@$(APP) -m fitting $(if $(URL),--url '$(URL)',--home '$(HOME_DIR)') $(ARGS)

recompute: .venv/app/.installed ## work all figures of the running instance out anew from the facts, and compare (MEND=1)
	@$(APP) -m infra.manage --home '$(HOME_DIR)' recompute $(if $(MEND),--mend)

sign-in: .venv/app/.installed ## print links that open the running instance's console, and an ambassador's pages, once
	@$(APP) -m infra.manage --home '$(HOME_DIR)' sign-in

mails: .venv/app/.installed ## read the mails that the running instance has sent
	@$(APP) -m infra.manage --home '$(HOME_DIR)' mails

# --- check -------------------------------------------------------------------------------------------------------------

test: ## the whole gate: format, lint, types, layers, then every test
	@$(MAKE) -s -j2 $(DEV)
	@$(MAKE) --no-print-directory -j2 format-check lint types layers
	@$(MAKE) --no-print-directory unit

format-check: $(DEV)
	$(RULES)/ruff format --check .

lint: $(DEV)
	$(RULES)/ruff check .

types: $(DEV)
	$(RULES)/mypy

layers: $(DEV)
	$(RULES)/lint-imports

unit: $(DEV) ## the tests alone (ARGS="-k refund"; CORES=0 for one process, in which --pdb works)
	$(APP) -m pytest -n $(CORES) --no-loadscope-reorder -m "not long" --durations=20 --durations-min=3 $(ARGS)

test-long: $(DEV) ## what the gate leaves out: kills at every call, interrupted starts (five minutes; the stage has make test-deployed)
	$(APP) -m pytest -n $(CORES) --no-loadscope-reorder -m long --ignore=tests/deployed $(ARGS)

contract: $(DEV) ## write docs/openapi.json anew, and lint it where there is npm (its diff is a conscious change)
	$(APP) -m contract
	@command -v npx >/dev/null && npx --yes @redocly/cli@2.18.0 lint --config contract/redocly.yaml docs/openapi.json || echo 'No npm here: not linted by Redocly.'

simulate: $(DEV) ## play HISTORIES=20000 histories of a shop under faults (ten minutes on two cores)
	$(APP) -m tests.simulator --histories $(HISTORIES) --processes $(CORES)

quarter: $(DEV) ## live a quarter of a shop of 2,000 people under faults, and judge every mail (five minutes; ARGS="--seed 2")
	$(APP) -m tests.quarter $(ARGS)

year: $(DEV) ## live a year of a shop of 2,000 people and its care under faults, and judge every touch (ARGS="--seed 2")
	$(APP) -m tests.year $(ARGS)

week: $(DEV) ## let a shop live through a week in which SES fails in every way, and judge it (ARGS="--orders 100")
	$(APP) -m tests.week $(ARGS)

fuzz: $(DEV) ## send each operation EXAMPLES=1000 requests that its contract allows, or nearly (half an hour on one core)
	$(APP) -m tests.fuzz --examples $(EXAMPLES) --processes $(CORES) $(ARGS)

planted: $(DEV) ## plant bugs one by one in a copy, and see the simulator catch them (WORD="budget" for some)
	$(APP) -m tests.simulator.planted --processes $(CORES) $(if $(WORD),'$(WORD)')
	$(APP) -m tests.life.planted --processes $(CORES) $(if $(WORD),'$(WORD)')

faults: $(DEV) ## plant faults outside the domain one by one in a copy, and see the tests notice (WORD="store" for some)
	$(APP) -m tests.planted --processes $(CORES) $(if $(WORD),'$(WORD)')

mutants: .venv/app/.installed-mutants ## change every line of the domain in turn, and see the tests notice (a quarter of an hour)
	$(APP) -m mutmut run --max-children $(CORES)
	$(APP) -m mutmut results
	@$(APP) -m mutmut results --all true | $(APP) -m bench.mutants

bench: $(DEV) ## measure what a redemption costs, into bench/RESULTS.md (five minutes; ARGS="units cpu" for parts)
	$(APP) -m bench $(ARGS)

format: $(DEV) ## put the code into shape
	$(RULES)/ruff format .
	$(RULES)/ruff check --fix .

letters: $(DEV) ## write the template of all mails anew from its pieces and their style
	$(APP) -m infra.letters

words: $(DEV) ## bring the catalogues of all languages up to date with the sentences in code and templates
	@for domain in messages console; do \
		(cd chalicelib/web && $(BABEL) -q extract -F locale/$$domain.cfg --project referrals --version 1 \
			--copyright-holder "the authors" --no-wrap --add-location=file -o locale/$$domain.pot . \
		&& $(BABEL) -q update -D $$domain -i locale/$$domain.pot -d locale --no-wrap --no-fuzzy-matching --ignore-obsolete \
		&& $(BABEL) compile -D $$domain -d locale --statistics) || exit 1; \
	done

reference: $(FIELD) ## write anew what the package lifetimes makes of the CDNOW purchases, which tests compare with
	.venv/lifetimes/bin/python -W ignore -m fitting.reference

test-deployed: $(DEV) ## deploy a stage to the local cloud, drive it, and try every permission (five minutes)
	$(APP) -m pytest tests/deployed $(ARGS)

test-dynamodb: .venv/app/.installed-dev ## a second opinion on the table from AWS's DynamoDB Local, fetched first (four minutes)
	@$(APP) -m tests.dynamodb $(ARGS)

drill: $(DEV) ## upgrade, roll back, upgrade again and restore, with data in place (a few minutes; BEFORE=commit)
	@$(APP) -m tests.drill $(if $(BEFORE),--before '$(BEFORE)')

pages: .venv/app/.installed-browser .venv/axe/.installed ## walk all pages in Chromium: axe, keyboard, no scripts, weights, pictures (CHROMIUM=…; needs npm)
	$(APP) -m pytest -n 0 -p no:cacheprovider tests/browser $(ARGS)

# --- deploy ------------------------------------------------------------------------------------------------------------

package: $(DEV) ## make what is deployed, and check it
	@$(APP) -m infra.deploy package --stage '$(STAGE)'

deploy: $(DEV) ## bring a stage in your AWS account up to date: SENDER=… PUBLIC_URL=…, at first (STAGE, ALARM_EMAIL, DOMAIN, CERTIFICATE, TABLE, BOUNDARY, SET="Name=value", BUCKET, YES=1, ALLOW_LOSS=1)
	@$(APP) -m infra.deploy deploy --stage '$(STAGE)' \
		$(if $(SENDER),--sender '$(SENDER)') $(if $(PUBLIC_URL),--public-url '$(PUBLIC_URL)') \
		$(if $(ALARM_EMAIL),--alarm-email '$(ALARM_EMAIL)') $(if $(DOMAIN),--domain '$(DOMAIN)') \
		$(if $(CERTIFICATE),--certificate '$(CERTIFICATE)') $(if $(TABLE),--table '$(TABLE)') $(if $(BOUNDARY),--boundary '$(BOUNDARY)') $(if $(SET),--set $(SET)) \
		$(if $(BUCKET),--bucket '$(BUCKET)') $(if $(call said,YES),--yes) $(if $(call said,ALLOW_LOSS),--allow-loss)

destroy: .venv/app/.installed ## remove a stage; its table and secrets stay (STAGE, BUCKET, YES=1; ALLOW_LOSS=1 with CONFIRM=stage: all goes)
	@$(APP) -m infra.deploy destroy --stage '$(STAGE)' $(if $(BUCKET),--bucket '$(BUCKET)') $(if $(call said,YES),--yes) \
		$(if $(call said,ALLOW_LOSS),--allow-loss) $(if $(CONFIRM),--confirm '$(CONFIRM)')

deployer: .venv/app/.installed ## print the least policy of a role that deploys a stage: for a pipeline (STAGE, BUCKET, BOUNDARY)
	@$(APP) -m infra.deploy deployer --stage '$(STAGE)' $(if $(BUCKET),--bucket '$(BUCKET)') \
		$(if $(BOUNDARY),--boundary '$(BOUNDARY)')

boundary: .venv/app/.installed ## print the policy that bounds what the functions of a stage may do (STAGE)
	@$(APP) -m infra.deploy boundary --stage '$(STAGE)'

alarms: .venv/app/.installed ## say who hears of the alarms of a stage, and what rings now (STAGE)
	@$(APP) -m infra.deploy alarms --stage '$(STAGE)'

rotate: .venv/app/.installed ## make a new key for the cursors of a stage, or KEY=links; the next deployment hands it out (STAGE)
	@$(APP) -m infra.deploy rotate --stage '$(STAGE)' --key '$(KEY)' $(if $(call said,DROP_FORMER),--drop-former)

# --- tidy --------------------------------------------------------------------------------------------------------------

clean: ## forget all local data (refuses while an instance is running)
	@$(PYTHON) -m infra.local.forget .local/demo .local/demo-real '$(HOME_DIR)'

distclean: clean ## clean, and the virtual environments and caches
	rm -rf .venv build mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- virtual environments ----------------------------------------------------------------------------------------------
# The stamp is written last, so an interrupted installation is repeated; a changed list makes the environment anew.

QUIET := --quiet --disable-pip-version-check

define make_venv
echo 'Installing $(or $<,the orders of a real store) into $(1): once, about a minute …'; \
rm -rf $(1) && $(PYTHON) -m venv $(1)
endef

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed. If it has another name here, say so: make run PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
		|| { echo 'Python cannot make virtual environments here: install its venv module (apt install python3-venv).'; exit 1; }

.venv/app/.installed: requirements.txt | python
	@$(call make_venv,.venv/app)
	@.venv/app/bin/python -m pip install $(QUIET) -r $<
	@touch $@

.venv/cloud/.installed: requirements-cloud.txt | python
	@$(call make_venv,.venv/cloud)
	@.venv/cloud/bin/python -m pip install $(QUIET) -r $<
	@touch $@

.venv/app/.installed-dev: requirements-dev.txt .venv/app/.installed
	@echo 'Installing $< into .venv/app: once, about a minute …'
	@.venv/app/bin/python -m pip install $(QUIET) -r $<
	@touch $@

.venv/app/.installed-mutants: .venv/app/.installed-dev
	@.venv/app/bin/python -m pip install $(QUIET) mutmut==3.8.1
	@touch $@

.venv/app/.installed-browser: .venv/app/.installed-dev
	@.venv/app/bin/python -m pip install $(QUIET) playwright==1.65.2
	@touch $@

.venv/axe/.installed:
	@command -v npm >/dev/null || { echo 'npm is needed, to fetch axe-core.'; exit 1; }
	@rm -rf .venv/axe && mkdir -p .venv/axe
	@cd .venv/axe && npm pack --silent axe-core@4.14.1 >/dev/null && tar xzf axe-core-*.tgz
	@touch $@

.venv/real/.installed: | python
	@$(call make_venv,.venv/real)
	@# Only the data in it are used, so what its code needs is left out.
	@.venv/real/bin/python -m pip install $(QUIET) --no-deps lifetimes==0.11.3
	@touch $@

.venv/lifetimes/.installed: | python
	@$(call make_venv,.venv/lifetimes)
	@.venv/lifetimes/bin/python -m pip install $(QUIET) lifetimes==0.11.3 numpy==2.4.6 pandas==3.1.1 scipy==1.17.1
	@touch $@
