# What this project can do. `make` alone lists it.
# 이 프로젝트의 명령 모음. `make`만 입력하면 목록이 나옵니다.

RUST := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
# The book needs more than the programs do.
book test lint: RUST := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' crates/tools/book/Cargo.toml)

.PHONY: help demo test compare book bench soak check lint toolchain

help:
	@echo '세 가지 소켓 프로그래밍 패턴: 파이썬 원본과 Rust 코드 · Three socket patterns: Python originals and Rust ports'
	@echo
	@echo '  make demo     세 패턴을 실행해 보여 주기 · run and show the three patterns'
	@echo '  make test     모든 테스트 · all tests'
	@echo '  make compare  파이썬과 Rust를 나란히 비교 · Python and Rust side by side'
	@echo '  make book     책을 두 언어로 만들기 · build the book in both languages'
	@echo '  make bench    이식판을 다른 서버들과 나란히 재기(10분) · measure the ports beside other servers (10 min)'
	@echo '  make soak     수많은 클라이언트를 견디는지 보기 · thousands of clients, some of them hostile'
	@echo '  make check    형식, 린트, 문서, 테스트 · format, lints, documentation, tests'

demo: toolchain
	cargo run --locked --example demo

test: toolchain
	cargo test --workspace --locked

compare: toolchain
	cargo run --locked -p compare

book: toolchain
	cargo run --locked -p book -- build

bench: toolchain
	cargo run --locked --release -p bench

soak: toolchain
	cargo run --locked --release -p bench -- soak

check: lint test

lint: toolchain
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked

toolchain:
	@command -v cargo > /dev/null 2>&1 || { \
		echo 'cargo가 없습니다. https://rustup.rs 에서 Rust $(RUST) 이상을 설치하세요. · No cargo: install Rust $(RUST) or newer from https://rustup.rs' >&2; exit 1; }
	@cargo --version | awk -v needed='$(RUST)' ' \
		{ split($$2, have, "."); split(needed, need, "."); \
		  if (have[1] * 1000 + have[2] < need[1] * 1000 + need[2]) { print $$2; exit 1 } }' > /dev/null || { \
		echo "Rust 버전이 낮습니다($$(cargo --version)). 'rustup update'로 $(RUST) 이상을 설치하세요. · Rust is too old ($$(cargo --version)): install $(RUST) or newer with 'rustup update'" >&2; exit 1; }
