# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
#
# Every target calls one script; the scripts can be called by hand as well.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build demo test format lint samples clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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

test: ## set-up, all tests incl. peers; last line `N passed, N failed`
	@Scripts/test

format: ## format the Swift sources in place
	@swift format --in-place --recursive $(wildcard Sources Tests Examples)

lint: ## report what `make format` would change, and style faults
	@swift format lint --strict --recursive $(wildcard Sources Tests Examples)

samples: ## make the sample documents of testvectors/ anew
	@Scripts/make-samples

clean: ## remove everything that was built
	@rm -rf .build
