# What this project can do. `make` alone lists it, in the language of the locale.
# 이 프로젝트의 명령 모음. `make`만 입력하면 로캘의 언어로 목록이 나옵니다.

RUST := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

# Prints its first argument where the locale is Korean, the second where it names another language, and both
# where it names none.
define SAY
say() { \
	case "$${LC_ALL:-$${LC_MESSAGES:-$$LANG}}" in \
		ko|ko[_.@]*) printf '%s\n' "$$1" ;; \
		''|C|C.*|POSIX|POSIX.*) printf '%s · %s\n' "$$1" "$$2" ;; \
		*) printf '%s\n' "$$2" ;; \
	esac; \
}
endef

.PHONY: help demo test exercises compare book bench soak check lint toolchain

help:
	@$(SAY); \
	say '세 가지 소켓 프로그래밍 패턴: 파이썬 원본과 Rust 이식판' 'Three socket patterns: Python originals and Rust ports'; \
	echo; \
	printf '  make demo      '; say '세 패턴을 실행해 보여 주기' 'run and show the three patterns'; \
	printf '  make test      '; say '모든 테스트' 'all tests'; \
	printf '  make exercises '; say '연습 문제: 무엇을 했고 다음은 무엇인가' 'the exercises: what is done, what is next'; \
	printf '  make compare   '; say '파이썬과 Rust를 나란히 비교' 'Python and Rust side by side'; \
	printf '  make book      '; say '책을 두 언어로 만들기' 'build the book in both languages'; \
	printf '  make bench     '; say '다른 서버들과 나란히 재기(10분)' 'measure beside other servers (10 min)'; \
	printf '  make soak      '; say '수많은 클라이언트를 견디는지 보기' 'thousands of clients, some hostile'; \
	printf '  make check     '; say '형식, 린트, 문서, 테스트' 'format, lints, documentation, tests'

demo: toolchain
	cargo run --locked --example demo

test: toolchain
	cargo test --workspace --locked

exercises: toolchain
	cargo run --locked -p exercises

compare: toolchain
	cargo run --locked -p compare

book: toolchain
	cargo run --locked -p book -- build

bench: toolchain
	cargo run --locked --release -p bench

soak: toolchain
	cargo run --locked --release -p bench -- soak
	cargo test --locked --workspace --test exercises -- --ignored

check: lint test

lint: toolchain
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked

toolchain:
	@$(SAY); \
	command -v cargo > /dev/null 2>&1 || { \
		say 'cargo가 없습니다. https://rustup.rs 에서 Rust $(RUST) 이상을 설치하세요.' \
			'No cargo: install Rust $(RUST) or newer from https://rustup.rs' >&2; exit 1; }; \
	cargo --version | awk -v needed='$(RUST)' ' \
		{ split($$2, have, "."); split(needed, need, "."); \
		  if (have[1] * 1000 + have[2] < need[1] * 1000 + need[2]) { exit 1 } }' || { \
		say "Rust 버전이 낮습니다($$(cargo --version)). 'rustup update'로 $(RUST) 이상을 설치하세요." \
			"Rust is too old ($$(cargo --version)): install $(RUST) or newer with 'rustup update'" >&2; exit 1; }
