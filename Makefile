# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
#
# Every target calls one script; the scripts can be called by hand as well.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build demo portal docs docs-library test test-browser test-large test-cluster test-network bench bench-scale \
	bench-cluster bench-portal fuzz fuzz-changes crash crash-objects crash-postgres mutate model sanitize \
	format lint samples clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: Debian packages, Python peers (needs root for packages)
	@Scripts/setup test

build: ## build the library and the `dossier` tool
	@Scripts/setup build
	@if [ -f Examples/Package.swift ]; then \
		swift build -c release --disable-build-manifest-caching \
			--package-path Examples --scratch-path .build --product dossier; \
	else \
		swift build -c release; \
	fi

demo: ## set-up, build, the whole story on real files
	@Scripts/demo

portal: ## the demonstration portal on http://localhost:8080/, until it is interrupted
	@Scripts/portal

test-browser: ## three people play the whole story in headless Chromium; pictures in .build/browser-pictures
	@Scripts/portal test

test: ## set-up, all tests incl. peers; last line `N passed, N failed`
	@Scripts/test

bench: ## measure against the peers; a table and Benchmarks/results.json
	@Scripts/setup bench
	@swift build -c release --package-path Benchmarks --scratch-path .build --product Benchmarks
	@swift build -c release --package-path Benchmarks --scratch-path .build --product VaultBenchmarks
	@.build/release/Benchmarks Benchmarks/results.json
	@.build/release/VaultBenchmarks bench Benchmarks/results.json

bench-scale: ## the long rows of the vault: a million documents, 10 GiB; about an hour, 15 GB of disk
	@Scripts/setup bench
	@swift build -c release --package-path Benchmarks --scratch-path .build --product VaultBenchmarks
	@.build/release/VaultBenchmarks scale Benchmarks/results.json

docs: ## the portal developer's tutorial as pages in .build/docs; `make docs-library` the reference as well
	@Scripts/docs

docs-library:
	@Scripts/docs library

bench-portal: ## 50 people, 10,000 vaults and floods of passphrases against the portal; a table with the goals
	@Scripts/bench-portal

fuzz: ## run a libFuzzer program per parser, each for FUZZ_SECONDS (60)
	@Scripts/fuzz

fuzz-changes: ## look for changes to signed PDFs that pass and look different in Poppler, MuPDF or PDFium, for FUZZ_SECONDS (60)
	@Scripts/setup renderers
	@$(MAKE) build
	@.build/renderers/bin/python -B Scripts/fuzz-changes --seconds $${FUZZ_SECONDS:-60} $${FUZZ_SEED:+--seed $$FUZZ_SEED}

test-large: ## sign and verify files of 3 and 4 GiB and of a million objects, and every hostile PDF under limits; prints the peaks
	@$(MAKE) build
	@Scripts/large-files
	@Scripts/bounded-pdfs $${DOSSIER_CORPORA:-../shared/corpora}/pdfjs

crash: ## kill the tool, and cut the power under it, CRASH_ROUNDS (1000) times at random points of its work on a vault; a rotation of 100,000 documents 100 times
	@$(MAKE) build
	@Scripts/crash $${CRASH_ROUNDS:-1000}
	@Scripts/power-cuts $${CRASH_ROUNDS:-1000}
	@Scripts/tamper-database
	@Scripts/rotation-kills

crash-objects: ## the same with large contents in Ceph's object store, CRASH_ROUNDS (200) times
	@$(MAKE) build
	@CRASH_STORE=sqlite+objects Scripts/crash $${CRASH_ROUNDS:-200}

crash-postgres: ## the same on PostgreSQL, CRASH_ROUNDS (200) times, and on PostgreSQL with Ceph, half as often; moves between two servers
	@$(MAKE) build
	@CRASH_STORE=postgres Scripts/crash $${CRASH_ROUNDS:-200}
	@CRASH_STORE=postgres+objects Scripts/crash $$(($${CRASH_ROUNDS:-200} / 2))
	@Scripts/move-kills $${CRASH_ROUNDS:-200}

mutate: ## switch off each check by which a vault finds attacks; the attack's own case must fail then
	@Scripts/mutate-vault

test-cluster: ## PostgreSQL under Patroni and etcd, contents in Ceph: CLUSTER_ROUNDS (10) kills of servers and application processes in random order; nothing may be lost
	@$(MAKE) build
	@Scripts/setup cluster
	@swift build -c release --disable-build-manifest-caching --package-path Benchmarks --scratch-path .build --product StoreWriter
	@Scripts/store-cluster $${CLUSTER_ROUNDS:-10} $${CLUSTER_SEED:-}

test-network: ## PostgreSQL and Ceph behind a network that delays, reorders and loses packets: NETWORK_ROUNDS (14); needs root
	@$(MAKE) build
	@Scripts/setup network
	@swift build -c release --disable-build-manifest-caching --package-path Benchmarks --scratch-path .build --product StoreWriter
	@Scripts/network-faults $${NETWORK_ROUNDS:-14} $${NETWORK_SEED:-}

bench-cluster: ## a million vaults in PostgreSQL beside a thousand: opening, listing, putting with 32 writers; SCALE_VAULTS
	@$(MAKE) build
	@swift build -c release --disable-build-manifest-caching --package-path Benchmarks --scratch-path .build --product StoreWriter
	@Scripts/postgresql-scale $${SCALE_VAULTS:-1000000}

model: ## 100,000 random operations by several devices against a model; every way in which a store can fail
	@Scripts/vault-only --no-servers .build/vault-local
	@cd .build/vault-local && DOSSIER_THOROUGH=1 swift test -c release -Xswiftc -enable-testing \
		--filter 'ModelTests|EveryOperationTests|TamperTests'

sanitize: ## the vault's tests and 10,000 validations from 8 tasks under ThreadSanitizer, these also under AddressSanitizer
	@Scripts/setup build
	@swift run --package-path Benchmarks --scratch-path .build/tsan --sanitize=thread ParallelValidations
	@ASAN_OPTIONS=detect_leaks=0 swift run --package-path Benchmarks --scratch-path .build/asan --sanitize=address \
		ParallelValidations
	@Scripts/vault-only --visible-locks .build/vault-tsan
	@cd .build/vault-tsan && swift test --sanitize=thread --skip EveryOperationTests --skip TamperTests

format: ## format the Swift sources in place
	@swift format --in-place --recursive $(wildcard Sources Tests Examples Benchmarks)

lint: ## report what `make format` would change, and style faults
	@swift format lint --strict --recursive $(wildcard Sources Tests Examples Benchmarks)

samples: ## make the sample documents of testvectors/ anew
	@Scripts/make-samples

clean: ## remove everything that was built
	@rm -rf .build
