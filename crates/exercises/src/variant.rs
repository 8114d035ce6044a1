//! The same exercises with other sentences, so that a program that somebody else handed in does not pass.

use std::collections::BTreeMap;

use scenarios::lengths::frame;
use scenarios::scenario::{Act, BUFFER, Data, Messages, PeerId, Scenario, Want};

use crate::exercise::Exercise;

const PREFIX: &str = "서버로부터 응답: ";

/// What stands in the place of the sentences of an exercise.
#[derive(Clone, Debug, Default)]
pub struct Variant {
    /// The sentence of the exercise, and what stands in its place.
    pub sentences: Vec<(String, String)>,
}

impl Variant {
    /// The variant of this number; without one, the exercises as they are.
    #[must_use]
    pub fn new(seed: Option<u64>) -> Self {
        let Some(seed) = seed else {
            return Self::default();
        };
        let sentences = [
            (PREFIX, format!("{seed}번 서버의 응답: ")),
            ("환영합니다", format!("{seed}번 방에 오신 것을 환영합니다")),
            ("자리가 없습니다", format!("{seed}번 서버에는 자리가 없습니다")),
        ];
        Self { sentences: sentences.map(|(own, other)| (own.to_owned(), other)).into() }
    }

    /// A text with the sentences of this variant.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let replace = |text: String, (own, other): &(String, String)| text.replace(own, other);
        self.sentences.iter().fold(text.to_owned(), replace)
    }

    /// The same for bytes that may be no text.
    fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut rest = bytes;
        let mut all = Vec::new();
        while let Some((first, behind)) = rest.split_first() {
            let found = self.sentences.iter().find(|(own, _)| rest.starts_with(own.as_bytes()));
            if let Some((own, other)) = found {
                all.extend(other.as_bytes());
                rest = &rest[own.len()..];
            } else {
                all.push(*first);
                rest = behind;
            }
        }
        all
    }

    /// The scenarios of an exercise in this variant.
    #[must_use]
    pub fn scenarios(&self, exercise: &Exercise, token: &str) -> Vec<Scenario> {
        let scenarios = (exercise.scenarios)(token);
        if self.sentences.is_empty() {
            return scenarios;
        }
        scenarios.into_iter().map(|scenario| self.of(scenario)).collect()
    }

    fn of(&self, mut scenario: Scenario) -> Scenario {
        let messages = scenario.messages();
        let datagrams = scenario.protocol() == harness::sockets::Protocol::Udp;
        let mut sent: BTreeMap<PeerId, Vec<u8>> = BTreeMap::new();
        for act in &mut scenario.acts {
            match act {
                Act::Send(peer, data) | Act::SendPieces(peer, data, ..) => {
                    let of_peer = sent.entry(*peer).or_default();
                    // The reply to a datagram is to this one alone.
                    if datagrams {
                        of_peer.clear();
                    }
                    of_peer.extend(&*data.bytes());
                }
                Act::Receive(peer, want, _) => {
                    let wanted = match want {
                        Want::Reply => {
                            let received = sent.get(peer).map_or(&[][..], Vec::as_slice);
                            let received = &received[..received.len().min(BUFFER)];
                            [PREFIX.as_bytes(), received].concat()
                        }
                        Want::Data(data) => data.bytes().into_owned(),
                        Want::Merged(_) | Want::Nothing => continue,
                    };
                    let wanted = if messages == Some(Messages::Lengths) {
                        self.frames(&wanted)
                    } else {
                        self.bytes(&wanted)
                    };
                    *want = Want::Data(Data::Made(wanted));
                }
                _ => {}
            }
        }
        scenario
    }

    /// Messages behind their lengths.
    fn frames(&self, mut bytes: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
            let (message, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
            all.extend(frame(&self.bytes(message)));
            bytes = rest;
        }
        all
    }
}
