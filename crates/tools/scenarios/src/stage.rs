//! Plays a scenario with a program, and observes it from outside.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use common::Pattern;
use harness::count_lines;
use harness::port::{Occupant, occupant};
use harness::program::{Program, Stdout};
use harness::sockets::{self, Protocol};
use regex::{Captures, Regex};
use socket2::SockRef;

use crate::absence::{Watch, elsewhere, is_it, is_there};
use crate::complaint::Complaint;
use crate::lengths;
use crate::moments::{Log, What, Who};
use crate::observation::{
    Answer, Detail, Ended, Late, Observation, Outcome, Printed, Stays, Unread,
};
use crate::peer::{Ending, Peer, ROOM};
use crate::scenario::{
    AT_ONCE, Act, Arrange, BUFFER, End, Messages, PeerId, Reply, Role, Scenario, Then, Want,
    sentence,
};
use crate::show;

/// How long one look at an event lasts before the next thing is tried.
const TICK: Duration = Duration::from_millis(5);

/// A reply of so many bytes has no end.
pub const ENDLESS: usize = 64 * 1024;

/// How long a client is watched that should not receive anything.
const WATCH: Duration = Duration::from_millis(300);

/// How long each thing that a silent server may be waiting for is left to work.
const TRY: Duration = Duration::from_millis(400);

/// How long a program is left that has spoken of an error.
const AFTER_AN_ERROR: Duration = Duration::from_millis(700);

/// How long nothing may come to a client while another one does not read: a second, and one more to be sure.
const HELD_UP: Duration = Duration::from_secs(2);

/// How long the rest of a wrong reply is left to come.
const SHORT: Duration = Duration::from_millis(100);

/// How long a client under test may take to start.
const STARTS: Duration = Duration::from_secs(5);

/// How long a server is left that has failed already.
const IMPATIENCE: Duration = Duration::from_millis(1200);

/// A program to observe, and how.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The command; `{port}` in it becomes the port.
    pub command: Vec<OsString>,
    /// The reply to expect.
    pub reply: Reply,
    /// How long to wait for what should happen at once.
    pub patience: Duration,
    /// Whether its port may stay in `TIME_WAIT`, so that our side can close as any client does.
    pub gently: bool,
    /// Whether it has failed already, in whatever scenario: the rest is not waited for in earnest.
    pub failed: Arc<AtomicBool>,
    /// The sentences of the contract, and what stands in their place in this run.
    pub sentences: Vec<(String, String)>,
    /// When the time for all scenarios is over, if there is an end to it.
    pub end: Option<Instant>,
    /// Whether it is aborted in the end, so that Python says on standard error where each thread is.
    pub aborted: bool,
}

impl Subject {
    /// A program on a port of its own.
    #[must_use]
    pub fn new(command: Vec<OsString>, reply: Reply, patience: Duration) -> Self {
        Self {
            command,
            reply,
            patience,
            gently: true,
            failed: Arc::default(),
            sentences: Vec::new(),
            end: None,
            aborted: false,
        }
    }

    /// Whether the time for all scenarios is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.end.is_some_and(|end| Instant::now() > end)
    }
}

/// Plays `scenario` with `subject` on `port`, which must be free.
#[must_use]
pub fn play(subject: &Subject, scenario: &Scenario, port: u16) -> Outcome {
    let mut stage = match Stage::start(subject, scenario, port) {
        Ok(stage) => stage,
        Err(error) => return Outcome::NotStarted(error.to_string()),
    };
    for (place, act) in scenario.acts.iter().enumerate() {
        if subject.is_over() {
            stage.over = true;
            break;
        }
        match stage.perform(place, act) {
            Ok(true) => {}
            Ok(false) => break,
            Err(outcome) => return *outcome,
        }
    }
    stage.finish()
}

/// Where the clients of a scenario's client connect to: us.
enum Door {
    Tcp(TcpListener),
    Udp(Option<UdpSocket>),
    Closed,
}

/// The program, our side, and what has been observed so far.
struct Stage<'a> {
    subject: &'a Subject,
    scenario: &'a Scenario,
    port: u16,
    peers: Vec<Option<Peer>>,
    door: Door,
    /// The local ports of the clients, in the order of connecting.
    ports: Vec<u16>,
    /// What has been sent in datagrams, and must be printed.
    asked: Vec<Vec<u8>>,
    started: Instant,
    /// When the program was there.
    ready: Option<Instant>,
    /// Whether something has failed: the rest is not waited for in earnest.
    failed: bool,
    /// When the program was aborted.
    aborted: Option<Instant>,
    /// Whether the time was over before its end.
    over: bool,
    /// The addresses on which somebody else answered before the program was started.
    strangers: Vec<String>,
    /// Whether it was answered where the bytes of a length had the other order.
    reversed: bool,
    observation: Observation,
    log: Log,
    // After the peers: they go before the program is ended, so that no TIME_WAIT stays behind.
    program: Program,
}

fn addresses(protocol: Protocol, port: u16) -> Vec<String> {
    elsewhere(protocol, port).iter().map(ToString::to_string).collect()
}

/// The command of `subject` for `port`, arranged for `scenario`.
fn command(subject: &Subject, scenario: &Scenario, port: u16) -> Command {
    let port = port.to_string();
    let words = subject.command.iter().map(|word| match word.to_str() {
        Some(text) => text.replace("{port}", &port).into(),
        None => word.clone(),
    });
    let wrapper: &[&str] = match scenario.arrange {
        Arrange::Plainly | Arrange::InAPipe | Arrange::Unread => &[],
        Arrange::FewDescriptors => &["sh", "-c", r#"ulimit -n 8; exec "$0" "$@""#],
        Arrange::Interruptible => &["env", "--default-signal=INT"],
    };
    let mut all = wrapper.iter().map(OsString::from).chain(words);
    let mut command = Command::new(all.next().unwrap_or_default());
    if subject.aborted {
        command.env("PYTHONFAULTHANDLER", "1");
    }
    command.args(all).env("PORT", port).env("PYTHONUTF8", "1");
    if let Role::Client { arguments, .. } = &scenario.role {
        command.args(arguments);
    }
    if scenario.arrange == Arrange::InAPipe {
        command.env_remove("PYTHONUNBUFFERED");
    } else {
        command.env("PYTHONUNBUFFERED", "1");
    }
    command
}

fn start(subject: &Subject, scenario: &Scenario, port: u16) -> io::Result<Program> {
    let stdout = match scenario.arrange {
        Arrange::InAPipe => Stdout::Pipe,
        Arrange::Unread => Stdout::Closed,
        // What a client prints is compared byte for byte: a terminal would be shown something else.
        _ if scenario.role != Role::Server => Stdout::Pipe,
        Arrange::Plainly | Arrange::FewDescriptors | Arrange::Interruptible => Stdout::Terminal,
    };
    Program::start(command(subject, scenario, port), stdout)
}

impl<'a> Stage<'a> {
    fn start(subject: &'a Subject, scenario: &'a Scenario, port: u16) -> io::Result<Self> {
        let protocol = scenario.protocol();
        let looked_for = scenario.acts.contains(&Act::Elsewhere);
        let strangers = if looked_for { addresses(protocol, port) } else { Vec::new() };
        let door = match (&scenario.role, protocol) {
            (Role::Client { listens: true, .. }, Protocol::Tcp) => {
                Door::Tcp(TcpListener::bind((Ipv4Addr::LOCALHOST, port))?)
            }
            (Role::Client { listens: true, .. }, Protocol::Udp) => {
                Door::Udp(Some(UdpSocket::bind((Ipv4Addr::LOCALHOST, port))?))
            }
            _ => Door::Closed,
        };
        Ok(Self {
            subject,
            scenario,
            port,
            peers: Vec::new(),
            door,
            ports: Vec::new(),
            asked: Vec::new(),
            started: Instant::now(),
            ready: None,
            failed: false,
            aborted: None,
            over: false,
            strangers,
            reversed: false,
            observation: Observation {
                answers: Vec::new(),
                printed: None,
                elsewhere: Vec::new(),
                surplus: Vec::new(),
                restarted: None,
                ended: Ended::Silent,
                stdout: String::new(),
                traceback: false,
            },
            log: Log::default(),
            program: start(subject, scenario, port)?,
        })
    }

    fn addr(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    fn protocol(&self) -> Protocol {
        self.scenario.protocol()
    }

    fn patience(&self) -> Duration {
        let failed =
            self.failed || self.subject.failed.load(Ordering::Relaxed) || self.subject.is_over();
        if failed { IMPATIENCE.min(self.subject.patience) } else { self.subject.patience }
    }

    /// How much a client keeps of what comes: as much as it may want.
    fn room(&self) -> usize {
        let wanted = self.scenario.acts.iter().map(|act| match act {
            Act::Receive(_, Want::Data(data), _) => data.bytes().len(),
            Act::Receive(_, Want::Merged(senders), _) => senders.iter().map(Vec::len).sum(),
            _ => 0,
        });
        ROOM + 2 * wanted.max().unwrap_or(0)
    }

    /// How long its exit is waited for.
    fn last_wait(&self) -> Duration {
        let cut_off = |answer: &Answer| {
            answer.bytes.is_empty() && matches!(answer.ending, Ending::Closed | Ending::Reset)
        };
        if !self.failed {
            self.patience()
        } else if self.complains() || self.observation.answers.iter().any(cut_off) {
            // It may be dying.
            2 * IMPATIENCE
        } else {
            TRY
        }
    }

    fn peer(&mut self, number: PeerId) -> Option<&mut Peer> {
        self.peers.get_mut(number)?.as_mut()
    }

    fn enter(&mut self, number: PeerId, peer: Peer) {
        self.peers.resize_with(self.peers.len().max(number + 1), || None);
        self.peers[number] = Some(peer);
    }

    fn leave(&mut self, number: PeerId) -> Option<Peer> {
        self.peers.get_mut(number)?.take()
    }

    /// Does one thing: whether the rest still makes sense.
    fn perform(&mut self, place: usize, act: &Act) -> Result<bool, Box<Outcome>> {
        match act {
            Act::Listens => {
                let mut watch = Watch::new();
                while !is_it(&self.program, self.protocol(), self.port, self.started.elapsed()) {
                    self.not_yet(&mut watch)?;
                }
                self.ready.get_or_insert_with(Instant::now);
            }
            Act::Connect(number) => return self.connect(*number),
            Act::Accept(number) => return Ok(self.accept(*number)),
            Act::Send(number, data) => self.send(*number, &data.bytes())?,
            Act::SendPieces(number, data, size, pause) => {
                let whole = data.bytes();
                for (piece, bytes) in whole.chunks(*size).enumerate() {
                    if piece > 0 {
                        thread::sleep(*pause);
                    }
                    self.send(*number, bytes)?;
                }
            }
            Act::HalfClose(number) => _ = self.peer(*number).map(|peer| peer.half_close()),
            Act::Close(number) => _ = self.leave(*number).map(Peer::close),
            Act::Reset(number) => _ = self.leave(*number).map(Peer::reset),
            Act::Receive(number, want, then) => return self.receive(place, *number, want, *then),
            Act::Silence(number, time) => return Ok(self.silence(place, *number, *time)),
            Act::Closes(number, _, latest) => self.closes(place, *number, *latest),
            Act::Paced(number, ..) => {
                let after = self.peer(*number).and_then(|peer| peer.pace());
                self.answer(place, *number, Vec::new(), Ending::Open).after = after;
            }
            Act::Deaf(number) => _ = self.peer(*number).map(|peer| peer.be_deaf()),
            Act::Stranger(number, data) => {
                let sender = self.peer(*number).and_then(|peer| peer.sender());
                let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
                if let Some(sender) = sender {
                    let _ = stranger.send_to(&data.bytes(), sender);
                }
            }
            Act::Wait(time) => thread::sleep(*time),
            Act::Printed => {
                self.printed(self.patience());
                self.failed |= self.observation.printed == Some(false);
            }
            Act::PrintedAtOnce => self.printed(AT_ONCE),
            Act::Elsewhere => {
                let mut elsewhere = addresses(self.protocol(), self.port);
                elsewhere.retain(|address| !self.strangers.contains(address));
                self.observation.elsewhere = elsewhere;
            }
            Act::NothingMore => self.nothing_more()?,
            Act::Complaint => {
                let error = |bytes: &[u8]| bytes.windows(4).any(|word| word == b"rror");
                self.program.stderr.wait(Duration::from_secs(1), error);
            }
            Act::Drain => {
                let patience = self.patience();
                for peer in self.peers.iter_mut().flatten() {
                    peer.send(b"hello");
                    peer.receive(None, ENDLESS, patience);
                }
                self.peers.clear();
            }
            Act::Interrupt => {
                // Where it does not come to rest, that shows in what comes of it.
                let _ = self.program.rests(self.patience());
                self.log.note(Who::Program, What::IsInterrupted);
                self.program.interrupt();
            }
            Act::Restart => {}
        }
        Ok(true)
    }

    /// Connects. The first connection is the readiness probe and the scenario's own at once: a server of
    /// one client would be used up by a probe. `false` when a server that had listened does so no more.
    fn connect(&mut self, number: PeerId) -> Result<bool, Box<Outcome>> {
        let mut watch = Watch::new();
        let (stream, since) = loop {
            // Its server may have printed its line before we have looked at the clock again.
            let since = Instant::now();
            match TcpStream::connect_timeout(&self.addr(), self.subject.patience) {
                // A port that systems give to clients may be connected to itself.
                Ok(stream) if stream.local_addr().ok() == Some(self.addr()) => {
                    self.not_yet(&mut watch)?;
                }
                Ok(stream) => break (stream, since),
                // A server of one client may be gone for the next.
                Err(_) if self.ready.is_some() && self.scenario.accepted.is_some() => {
                    return Ok(true);
                }
                Err(_) if self.ready.is_some() => {
                    self.failed = true;
                    return Ok(false);
                }
                Err(_) => self.not_yet(&mut watch)?,
            }
        };
        self.ready.get_or_insert_with(Instant::now);
        let patience = if self.somebody_is_deaf(self.scenario.acts.len()) {
            HELD_UP
        } else {
            self.subject.patience
        };
        if self.scenario.acts.contains(&Act::Deaf(number)) {
            // Little is kept for it. Where the system keeps more, the server is held up later.
            let _ = SockRef::from(&stream).set_recv_buffer_size(16 * 1024);
        }
        let mut peer = Peer::stream(stream, since, number, (patience, self.room()), &self.log)?;
        peer.gently = self.scenario.acts.contains(&Act::Restart);
        self.ports.push(peer.port);
        self.enter(number, peer);
        Ok(true)
    }

    /// Waits for a moment; an outcome when it is in vain.
    fn not_yet(&self, watch: &mut Watch) -> Result<(), Box<Outcome>> {
        if let Some(exit) = self.program.exit(TICK) {
            self.program.end();
            return Err(Box::new(Outcome::ExitedEarly(exit, self.output())));
        }
        match watch.gives_up(&self.program, || self.complains(), self.protocol(), self.port) {
            Some(absence) => Err(Box::new(Outcome::NotListening(absence, self.output()))),
            None => Ok(()),
        }
    }

    /// Lets the client under test in.
    fn accept(&mut self, number: PeerId) -> bool {
        // An interpreter may take its time to start.
        let patience = self.patience().max(STARTS);
        let peer = match &mut self.door {
            Door::Tcp(listener) => {
                let end = Instant::now() + patience;
                let _ = listener.set_nonblocking(true);
                loop {
                    if let Ok((stream, _)) = listener.accept() {
                        let _ = stream.set_nonblocking(false);
                        break Peer::stream(
                            stream,
                            Instant::now(),
                            number,
                            (patience, ROOM),
                            &self.log,
                        )
                        .ok();
                    }
                    if Instant::now() > end || self.program.exit(TICK).is_some() {
                        break None;
                    }
                }
            }
            Door::Udp(socket) => {
                let peer =
                    socket.take().and_then(|socket| Peer::socket(socket, number, &self.log).ok());
                peer.and_then(|mut peer| peer.meet(patience).then_some(peer))
            }
            Door::Closed => None,
        };
        self.ready.get_or_insert_with(Instant::now);
        self.failed |= peer.is_none();
        peer.is_some_and(|peer| {
            self.enter(number, peer);
            true
        })
    }

    /// Whether our side is the clients of a server for datagrams.
    fn asks(&self) -> bool {
        self.protocol() == Protocol::Udp && self.scenario.role == Role::Server
    }

    fn send(&mut self, number: PeerId, bytes: &[u8]) -> io::Result<()> {
        if self.asks() {
            if self.peer(number).is_none() {
                let peer = Peer::datagrams(self.addr(), number, &self.log)?;
                self.enter(number, peer);
            }
            self.asked.push(bytes.to_vec());
            if let Some(peer) = self.peer(number) {
                // The reply is to this datagram alone.
                peer.sent.clear();
            }
        }
        // What comes of it is seen when the reply is read.
        _ = self.peer(number).map(|peer| peer.send(bytes));
        Ok(())
    }

    fn answer(
        &mut self,
        place: usize,
        peer: PeerId,
        bytes: Vec<u8>,
        ending: Ending,
    ) -> &mut Answer {
        let sent = self.peer(peer).map_or_else(Vec::new, |peer| peer.sent.clone());
        let (late, unread, stays, after) = (None, None, None, None);
        let answer = Answer { act: place, peer, sent, bytes, ending, late, unread, stays, after };
        self.observation.answers.push(answer);
        self.observation.answers.last_mut().expect("it was pushed")
    }

    fn receive(
        &mut self,
        place: usize,
        number: PeerId,
        want: &Want,
        then: Then,
    ) -> Result<bool, Box<Outcome>> {
        let sent = self.peer(number).map_or_else(Vec::new, |peer| peer.sent.clone());
        let wanted = match want {
            Want::Reply => self.subject.reply.to(self.scenario.pattern, &sent),
            Want::Data(data) => data.bytes().into_owned(),
            Want::Merged(senders) => senders.concat(),
            Want::Nothing => Vec::new(),
        };
        _ = self.peer(number).map(|peer| peer.listen());
        if self.protocol() == Protocol::Udp {
            let (bytes, ending) = self.receive_datagram(number, &sent)?;
            let unread = (ending == Ending::Silence).then(|| self.unread(number)).flatten();
            let whole = ending == Ending::Datagram;
            self.failed |= !whole || !self.scenario.is_right(&bytes, &wanted);
            self.answer(place, number, bytes, ending).unread = unread;
            return Ok(whole);
        }
        let size = (then == Then::Open).then_some(wanted.len());
        // One that does not read holds nobody up for more than a second.
        let deaf = self.somebody_is_deaf(place);
        let patience = if deaf { self.patience().min(HELD_UP) } else { self.patience() };
        let limit = ENDLESS.max(2 * wanted.len());
        // A program that has spoken of an error is not waited for, unless the error is that of a client which
        // was reset: that is no reason not to answer this one.
        let reset = self.scenario.acts[..place].iter().any(|act| matches!(act, Act::Reset(_)));
        let first = AFTER_AN_ERROR.min(patience);
        let something = self.peer(number).is_none_or(|peer| peer.begins(first));
        let complains = !something && !reset && self.complains();
        let patience = match (something, complains) {
            (true, _) => patience,
            (false, true) => Duration::ZERO,
            (false, false) => patience.saturating_sub(first),
        };
        let received = self.peer(number).map(|peer| peer.receive(size, limit, patience));
        let (mut bytes, mut ending) = received.unwrap_or((Vec::new(), Ending::Reset));
        let (mut late, mut unread, mut stays) = (None, None, None);
        let ours = self.scenario.role == Role::Server;
        let silent = ours && ending == Ending::Open && bytes.is_empty();
        if silent {
            self.abort();
        }
        if silent && wanted.is_empty() && self.scenario.messages().is_some() {
            self.failed = true;
        } else if silent && (!wanted.is_empty() || then == Then::AnyEnd) {
            self.failed = true;
            unread = self.unread(number);
            late = if complains { None } else { self.find_out(place, number) };
            self.reversed = late.is_none() && self.is_reversed(number);
            if late.is_some() {
                (bytes, ending) = self
                    .peer(number)
                    .map_or((bytes, ending), |peer| peer.receive(None, limit, TRY));
            }
        } else if ours
            && ending == Ending::Open
            && then != Then::Open
            && bytes.len() < limit
            && *want != Want::Nothing
        {
            self.failed = true;
            stays = self.why_open(number);
        } else if ours && bytes.is_empty() && !wanted.is_empty() {
            self.reversed = self.is_reversed(number);
        }
        let right = self.scenario.is_wanted(want, &bytes, &wanted)
            && late.is_none()
            && (then == Then::Open || ending != Ending::Open);
        if !right && ours && self.scenario.messages().is_some() {
            // What comes behind it says what kind of mistake it is.
            let more = self.peer(number).map(|peer| peer.receive(None, limit, SHORT));
            bytes.extend(more.unwrap_or((Vec::new(), ending)).0);
        }
        self.failed |= !right;
        // One that was to get nothing has seen the end of the server; the rest still makes sense.
        let stops = self.scenario.messages().is_some() && !right;
        let goes_on = !stops
            && (*want == Want::Nothing
                || (!bytes.is_empty() || wanted.is_empty()) && late.is_none());
        let answer = self.answer(place, number, bytes, ending);
        (answer.sent, answer.late, answer.unread, answer.stays) = (sent, late, unread, stays);
        // A client of ours that has received all that it can goes.
        if ours && then != Then::Open && self.peer(number).is_some_and(|peer| !peer.gently) {
            let gently = self.subject.gently && ending == Ending::Closed;
            _ = self.leave(number).map(|mut peer| peer.gently = gently);
        }
        Ok(goes_on)
    }

    /// Takes one datagram. One that was refused was received by nobody; it is sent again until the server has
    /// bound its port.
    fn receive_datagram(
        &mut self,
        number: PeerId,
        sent: &[u8],
    ) -> Result<(Vec<u8>, Ending), Box<Outcome>> {
        let mut watch = Watch::new();
        let mut end = Instant::now() + self.patience();
        let mut gone = false;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let look =
                if self.ready.is_some() || gone { left.min(20 * TICK) } else { left.min(TICK) };
            let received = self.peer(number).map(|peer| peer.receive_datagram(look));
            match received.unwrap_or((Vec::new(), Ending::Silence)) {
                (bytes, Ending::Datagram) => {
                    self.ready.get_or_insert_with(Instant::now);
                    return Ok((bytes, Ending::Datagram));
                }
                (_, Ending::Refused) if self.asks() && self.ready.is_none() => {
                    self.not_yet(&mut watch)?;
                    _ = self.peer(number).map(|peer| peer.send_again(sent));
                    end = Instant::now() + self.patience();
                }
                _ => {
                    if left.is_zero() || gone {
                        return Ok((Vec::new(), Ending::Silence));
                    }
                    // That nobody was there may be on its way to us.
                    gone = self.program.exit(Duration::ZERO).is_some();
                }
            }
        }
    }

    /// Whether somebody reads nothing, by this act.
    fn somebody_is_deaf(&self, place: usize) -> bool {
        self.scenario.acts[..place].iter().any(|act| matches!(act, Act::Deaf(_)))
    }

    /// Waits for the end of a connection whose client is silent.
    fn closes(&mut self, place: usize, number: PeerId, latest: Duration) {
        // What the system takes to tell us is not the server's.
        let ended = self.peer(number).map(|peer| peer.ends(latest + TRY));
        let (bytes, ending, after) = ended.unwrap_or((Vec::new(), Ending::Reset, Duration::ZERO));
        self.failed |= !bytes.is_empty() || ending == Ending::Open;
        self.answer(place, number, bytes, ending).after = Some(after);
    }

    fn silence(&mut self, place: usize, number: PeerId, time: Duration) -> bool {
        let watched = self.peer(number).map(|peer| peer.watch(time));
        let (bytes, ending) = watched.unwrap_or((Vec::new(), Ending::Reset));
        let silent = bytes.is_empty() && ending == Ending::Open;
        self.failed |= !silent;
        self.answer(place, number, bytes, ending);
        silent
    }

    /// Whether the program has spoken of an error.
    fn complains(&self) -> bool {
        let sentence = sentence(self.scenario.pattern);
        match self.scenario.messages() {
            None => Complaint::of(&self.output(), sentence).certain,
            Some(_) => Complaint::uncaught(&self.output(), sentence).certain,
        }
    }

    /// What has become of the last message of a client (Linux).
    fn unread(&mut self, number: PeerId) -> Option<Unread> {
        let (port, asks) = (self.peer(number)?.port, self.asks());
        let sockets = sockets::all(self.protocol());
        let socket = sockets.iter().find(|socket| {
            let its = asks && socket.listens || socket.remote.port() == port;
            socket.local.port() == self.port && its
        })?;
        Some(match (socket.unread, socket.inode) {
            (_, 0) => Unread::NotAccepted,
            (0, _) => Unread::WasRead,
            _ => Unread::InTheSocket,
        })
    }

    /// What it takes until this client is answered: that the others close their side, the rest of the
    /// message, a newline, a full buffer, its own half-close.
    fn find_out(&mut self, place: usize, number: PeerId) -> Option<Late> {
        let rest = self.scenario.acts[place..].iter().find_map(|act| match act {
            Act::Send(sender, data) if *sender == number => Some(data.bytes()),
            _ => None,
        });
        // The newline counts.
        let mut sent = self.peer(number)?.sent.len() + 1;
        let unasked = sent == 1;
        let mut fill = |size: usize| {
            let more = size.checked_sub(sent).filter(|more| *more > 0)?;
            sent = size;
            Some(vec![b'x'; more])
        };
        let chat = self.scenario.messages() == Some(Messages::Chat);
        let mut tries = vec![
            (Late::OthersGone, None),
            (Late::Rest, rest.map(std::borrow::Cow::into_owned)),
            (Late::Newline, Some(b"\n".to_vec())),
            (Late::Filled(BUFFER - 1), fill(BUFFER - 1)),
            (Late::Filled(BUFFER), fill(BUFFER)),
            (Late::Filled(4 * BUFFER), fill(4 * BUFFER)),
            (Late::HalfClose, None),
        ];
        // What it says itself is of no interest to one who waits for a line of somebody else.
        tries.truncate(if chat { 1 } else { tries.len() });
        for (late, bytes) in tries {
            let done = match (late, bytes) {
                // One that was to get something unasked does not wait for them.
                (Late::OthersGone, _) if unasked => false,
                // Politely: a reset might end the server.
                (Late::OthersGone, _) => {
                    let others =
                        self.peers.iter().enumerate().filter(|(other, _)| *other != number);
                    others
                        .filter_map(|(_, peer)| peer.as_ref())
                        .filter(|peer| peer.half_close_politely())
                        .count()
                        > 0
                }
                (Late::HalfClose, _) => self.peer(number)?.half_close(),
                (_, Some(bytes)) => self.peer(number)?.send(&bytes),
                (_, None) => false,
            };
            if done {
                let time = if self.subject.failed.load(Ordering::Relaxed) { TRY / 2 } else { TRY };
                let (came, ending) = self.peer(number)?.watch(time);
                if !came.is_empty() {
                    return Some(late);
                }
                if ending != Ending::Open {
                    return None;
                }
            }
        }
        None
    }

    /// Whether another client is answered whose length has its bytes in the other order.
    fn is_reversed(&mut self, number: PeerId) -> bool {
        if self.scenario.messages() != Some(Messages::Lengths) {
            return false;
        }
        _ = self.peer(number).map(|peer| peer.half_close_politely());
        let another = self.peers.len();
        if !matches!(self.connect(another), Ok(true)) {
            return false;
        }
        let mut message = lengths::frame(b"hi");
        message[..4].reverse();
        let Some(peer) = self.peer(another) else {
            return false;
        };
        peer.send(&message);
        let (came, _) = peer.watch(TRY);
        _ = self.leave(another);
        !came.is_empty()
    }

    /// Why a connection is still open after the reply.
    fn why_open(&mut self, number: PeerId) -> Option<Stays> {
        self.peer(number)?.send(b"more");
        let (came, ending) = self.peer(number)?.watch(TRY);
        if ending != Ending::Open
            || !came.is_empty()
            || self.unread(number) == Some(Unread::WasRead)
        {
            return Some(Stays::ReadsOn);
        }
        self.peer(number)?.half_close();
        let (came, ending) = self.peer(number)?.watch(TRY);
        let reads_on = ending == Ending::Closed || !came.is_empty();
        Some(if reads_on { Stays::ReadsOn } else { Stays::Forgotten })
    }

    fn printed(&mut self, patience: Duration) {
        let count = self.expected().len();
        let lines = self.program.stdout.lines(patience, count);
        self.observation.printed = Some(count_lines(&lines) >= count);
    }

    /// After the reply to a datagram of another socket, everything that was sent before it has come.
    fn nothing_more(&mut self) -> Result<(), Box<Outcome>> {
        let fence = self.peers.len();
        self.send(fence, b"fence")?;
        self.receive_datagram(fence, b"fence")?;
        // Somebody may send again on purpose.
        thread::sleep(WATCH);
        let more = |peer: &Option<Peer>| peer.as_ref().is_some_and(Peer::has_datagram);
        let surplus = self.peers.iter().enumerate().filter(|(_, peer)| more(peer));
        self.observation.surplus = surplus.map(|(number, _)| number).collect();
        Ok(())
    }

    /// Aborts the program, if it is to be. What happens from then on is our own doing.
    fn abort(&mut self) {
        if self.subject.aborted && self.aborted.is_none() {
            self.aborted = Some(Instant::now());
            self.program.abort();
            let _ = self.program.exit(TRY);
        }
    }

    /// What becomes of the program, and what it has printed.
    fn finish(mut self) -> Outcome {
        let interrupted = self.scenario.acts.contains(&Act::Interrupt);
        let one_client =
            self.scenario.pattern == Pattern::TcpEcho || self.scenario.role != Role::Server;
        // What has failed is told; whether it serves on is of no interest any more.
        let runs = self.scenario.end == End::Runs;
        let exercise = self.scenario.messages();
        let ends = exercise.is_some() && matches!(self.scenario.end, End::Exits(_));
        let since = self.ready.unwrap_or(self.started);
        let last_wait = match self.scenario.role {
            Role::Client { lasts: Some((_, most)), .. } if !self.failed => {
                (since + most + TRY).saturating_duration_since(Instant::now())
            }
            _ => self.last_wait(),
        };
        let mut lasted = None;
        let asked = !one_client && !interrupted && !runs && !ends;
        if asked && !self.failed && self.serves_another() {
            self.observation.ended = Ended::Serves;
        } else if let Some((exit, at)) =
            self.program.exit_and_time(if runs && !self.failed { TRY / 4 } else { last_wait })
        {
            lasted = Some(at.saturating_duration_since(since));
            self.observation.ended = Ended::Exited(exit);
            self.log.note_at(at, Who::Program, What::Exits(exit));
        }
        let expected = self.expected();
        // Lines that have been waited for in vain are not waited for again.
        let in_vain = self.observation.printed == Some(false);
        let wait = if in_vain { TRY } else { self.last_wait().min(Duration::from_secs(2)) };
        let _ =
            self.program.stdout.lines(wait, expected.iter().map(|part| count_lines(part)).sum());
        let listens = self.observation.ended != Ended::Silent
            || self.protocol() == Protocol::Udp
            || is_there(self.protocol(), self.port)
            || cfg!(not(target_os = "linux"));
        if exercise.is_some() && self.scenario.role != Role::Server {
            let more = |peer: &Option<Peer>| peer.as_ref().is_some_and(Peer::has_datagram);
            let surplus = self.peers.iter().enumerate().filter(|(_, peer)| more(peer));
            self.observation.surplus = surplus.map(|(number, _)| number).collect();
        }
        let exited = matches!(self.observation.ended, Ended::Exited(_));
        let serves_on = ends
            && exited
            && self.scenario.role == Role::Server
            && TcpStream::connect_timeout(&self.addr(), TRY).is_ok();
        self.abort();
        self.peers.clear();
        self.program.end();
        if self.scenario.acts.contains(&Act::Restart) {
            self.observation.restarted = Some(self.starts_again());
        }
        for (at, line) in self.program.stdout.timed_lines() {
            self.log.note_at(at, Who::Program, What::Prints(line));
        }
        let printed = self.output();
        self.observation.stdout =
            without_ports(&String::from_utf8_lossy(&printed.stdout), &self.ports);
        self.observation.traceback = printed.stderr.contains("Traceback (most recent call last)");
        let startup = self.ready.map_or(Duration::ZERO, |ready| ready - self.started);
        let moments = self.log.moments(self.aborted);
        let (reversed, over) = (self.reversed, self.over && !self.failed);
        let detail = Detail {
            printed,
            expected,
            moments,
            listens,
            serves_on,
            reversed,
            over,
            lasted,
            startup,
        };
        Outcome::Observed(Box::new(self.observation), Box::new(detail))
    }

    fn output(&self) -> Printed {
        let stderr = show::decode(&self.program.stderr.bytes());
        Printed { stdout: self.program.stdout.bytes(), stderr }
    }

    /// Whether a client that comes now is answered. What it is answered is judged elsewhere.
    fn serves_another(&mut self) -> bool {
        let patience = self.patience();
        let another = self.peers.len();
        if self.protocol() == Protocol::Udp {
            let sent = self.send(another, b"ping").is_ok();
            let received = self.receive_datagram(another, b"ping");
            return sent && received.is_ok_and(|(_, ending)| ending == Ending::Datagram);
        }
        let Ok(stream) = TcpStream::connect_timeout(&self.addr(), patience) else {
            return false;
        };
        let Ok(mut peer) =
            Peer::stream(stream, Instant::now(), another, (patience, ROOM), &self.log)
        else {
            return false;
        };
        self.ports.push(peer.port);
        let size = self.subject.reply.to(self.scenario.pattern, b"ping").len();
        peer.send(b"ping");
        let (bytes, _) = peer.receive(Some(size), ENDLESS, patience);
        !bytes.is_empty()
    }

    /// What must have been printed by now: a line for each client that was accepted, or for each datagram.
    fn expected(&self) -> Vec<Vec<u8>> {
        if let Role::Client { prints, .. } = &self.scenario.role {
            return vec![prints.bytes().into_owned()];
        }
        if self.scenario.messages().is_some() {
            return Vec::new();
        }
        let line =
            |value: &[u8]| [sentence(self.scenario.pattern).as_bytes(), value, b"\n"].concat();
        if self.protocol() == Protocol::Udp {
            return self.asked.iter().map(|data| line(&data[..data.len().min(BUFFER)])).collect();
        }
        let mut ports = self.ports.clone();
        if let Some(accepted) = &self.scenario.accepted {
            ports = accepted.iter().filter_map(|client| self.ports.get(*client)).copied().collect();
        }
        let addr = |port: u16| common::python_addr((Ipv4Addr::LOCALHOST, port).into());
        ports.into_iter().map(|port| line(addr(port).as_bytes())).collect()
    }

    fn starts_again(&self) -> bool {
        let Ok(program) = start(self.subject, self.scenario, self.port) else {
            return false;
        };
        let end = Instant::now() + self.subject.patience;
        while program.exit(TICK).is_none() && Instant::now() < end {
            let there = match self.protocol() {
                Protocol::Udp => occupant(Protocol::Udp, self.port) != Occupant::Nobody,
                Protocol::Tcp => TcpStream::connect(self.addr()).is_ok_and(|stream| {
                    Peer::stream(stream, Instant::now(), 0, (TRY, ROOM), &Log::default()).is_ok()
                }),
            };
            if there {
                return true;
            }
        }
        false
    }
}

impl From<io::Error> for Box<Outcome> {
    fn from(error: io::Error) -> Self {
        Self::new(Outcome::NotStarted(error.to_string()))
    }
}

/// Standard output with `client N` for the port of client N.
fn without_ports(stdout: &str, ports: &[u16]) -> String {
    static ADDRESS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(\('127\.0\.0\.1', )(\d+)\)").expect("a valid pattern"));
    let named = ADDRESS.replace_all(stdout, |found: &Captures| {
        let client = ports.iter().position(|port| port.to_string() == found[2]);
        match client {
            Some(client) => format!("{}client {client})", &found[1]),
            None => found[0].to_owned(),
        }
    });
    named.into_owned()
}
