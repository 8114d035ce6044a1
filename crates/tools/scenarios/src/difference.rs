//! The register of deliberate differences between an original and its port. Everything else that
//! differs is a bug, and so is a difference that should show on this system and does not.

use serde::Serialize;

use harness::Text;

/// A deliberate difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Difference {
    /// A restart right after serving.
    D1,
    /// A datagram that is not UTF-8, or is cut inside a character.
    D2,
    /// A traceback.
    D3,
    /// No descriptor, or no thread, to be had.
    D4,
    /// 10054 and 10040.
    D5,
    /// Ctrl-C while a handler runs.
    D6,
    /// Standard output in a pipe.
    D7,
    /// Standard output that nobody reads.
    D8,
}

/// What is said of a [`Difference`]. The tables of both READMEs are held to it.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Its id.
    pub id: Difference,
    /// What the original does.
    pub original: Text,
    /// What the port does.
    pub port: Text,
    /// Why.
    pub why: Text,
    /// Whether the literal port differs from the original too.
    pub literal: bool,
    /// On which systems it shows.
    pub shows_on: Text,
    /// Whether it can be observed on this system.
    pub shows_here: bool,
    /// The scenario that shows it, or why none does.
    pub shown_by: &'static str,
}

impl Difference {
    /// All of them, in their order.
    pub const ALL: [Self; 8] =
        [Self::D1, Self::D2, Self::D3, Self::D4, Self::D5, Self::D6, Self::D7, Self::D8];

    /// What is said of it.
    #[must_use]
    pub fn entry(self) -> Entry {
        match self {
            Self::D1 => Entry {
                id: self,
                original: Text::new("§1과 §3은 클라이언트를 처리하고 나면 약 1분 동안 다시 시작할 수 없습니다", "§1 and §3 cannot be restarted for about a minute after they have served"),
                port: Text::new("자기 자신이 끝난 뒤에는 바로 다시 시작합니다", "restarts at once after itself"),
                why: Text::new("`std`가 `SO_REUSEADDR`를 설정합니다", "`std` sets `SO_REUSEADDR`"),
                shows_on: Text::new("Unix", "Unix"),
                literal: true,
                shows_here: cfg!(unix),
                shown_by: "restart",
            },
            Self::D2 => Entry {
                id: self,
                original: Text::new("§2는 UTF-8이 아니거나 글자 중간에서 잘린 데이터그램을 받으면 죽습니다", "§2 dies of a datagram that is not UTF-8, or that is cut inside a character"),
                port: Text::new("해석할 수 없는 곳을 U+FFFD로 보여 주고, 응답하고, 계속합니다", "shows U+FFFD for what cannot be decoded, replies, goes on"),
                why: Text::new("클라이언트 하나 때문에 모두가 쓰는 서버가 끝나면 안 됩니다", "one client must not end the server for all"),
                shows_on: Text::new("모두", "all"),
                literal: false,
                shows_here: true,
                shown_by: "not-utf8, cut-character",
            },
            Self::D3 => Entry {
                id: self,
                original: Text::new("트레이스백을 출력합니다", "a traceback"),
                port: Text::new("안내가 담긴 메시지 하나를 출력합니다", "one message with advice"),
                why: Text::new("배우는 사람이 다음에 할 일을 알아야 합니다", "a learner should know what to do next"),
                shows_on: Text::new("모두", "all"),
                literal: true,
                shows_here: true,
                shown_by: "reset, interrupt",
            },
            Self::D4 => Entry {
                id: self,
                original: Text::new("`accept`가 실패하면 §1은 끝납니다. §3은 그때나 스레드를 시작할 수 없을 때, 실행 중인 핸들러가 끝날 때까지 포트만 열어 둔 채 아무도 처리하지 않습니다", "when `accept` fails, §1 ends; §3, then or when no thread can be started, keeps the port open and serves nobody until the running handlers end"),
                port: Text::new("알리고, 잠시 기다리거나 그 클라이언트만 끊고, 계속합니다", "says so, waits a moment or drops that client, goes on"),
                why: Text::new("부족한 자원은 다시 생깁니다", "a shortage passes"),
                shows_on: Text::new("모두", "all"),
                literal: false,
                shows_here: cfg!(target_os = "linux"),
                shown_by: "no-descriptors",
            },
            Self::D5 => Entry {
                id: self,
                original: Text::new("§2는 먼저 온 클라이언트가 사라지거나(10054) 데이터그램이 버퍼(buffer)보다 크면(10040) 죽습니다", "§2 dies when an earlier client has gone (10054), or of a datagram larger than the buffer (10040)"),
                port: Text::new("알리고 계속합니다", "says so, goes on"),
                why: Text::new("남의 실수로 서버가 끝나면 안 됩니다", "the mistake of a stranger must not end the server"),
                shows_on: Text::new("Windows", "Windows"),
                literal: false,
                shows_here: cfg!(windows),
                shown_by: "gone",
            },
            Self::D6 => Entry {
                id: self,
                original: Text::new("§3은 Ctrl-C를 눌러도 실행 중인 핸들러를 기다립니다", "§3: Ctrl-C waits for the running handlers"),
                port: Text::new("바로 끝납니다", "ends at once"),
                why: Text::new("Rust에는 기다려 주는 인터프리터가 없습니다", "Rust has no interpreter that waits"),
                shows_on: Text::new("모두", "all"),
                literal: true,
                shows_here: cfg!(target_os = "linux"),
                shown_by: "interrupt",
            },
            Self::D7 => Entry {
                id: self,
                original: Text::new("파이프로 나가는 출력은 많이 모일 때까지 나가지 않습니다", "output into a pipe is held back until much of it has gathered"),
                port: Text::new("한 줄씩 바로 나갑니다", "every line at once"),
                why: Text::new("`println!`은 줄마다 내보냅니다", "`println!` writes line by line"),
                shows_on: Text::new("모두", "all"),
                literal: true,
                shows_here: true,
                shown_by: "pipe",
            },
            Self::D8 => Entry {
                id: self,
                original: Text::new("표준 출력을 읽는 쪽이 사라지면 출력할 때 `BrokenPipeError`가 나고, 종료 코드 1로 끝납니다(D7 때문에 끝날 때에야 드러나면 120)", "nobody reads standard output any more: `BrokenPipeError` when it is written, exit code 1 (120 if, because of D7, only at the end)"),
                port: Text::new("서버의 `println!`이 패닉(panic)하고, 종료 코드 101로 끝납니다", "the server's `println!` panics, exit code 101"),
                why: Text::new("`println!`은 쓰지 못하면 패닉합니다", "`println!` panics when it cannot write"),
                shows_on: Text::new("모두", "all"),
                literal: false,
                shows_here: true,
                shown_by: "unread",
            },
        }
    }
}
