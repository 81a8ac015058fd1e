//! What is done with endpoints and institutions, as acts: their words in addresses and records, and what their buttons and the log of acts call them.

use crate::gateway::model::Endpoint;
use crate::http::console::words::Words as AllWords;
use crate::http::console::words::gateway::Gateway as Words;

/// What a deed asks of who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Send again, cancel, discard, try: what is done with deliveries.
    Act,
    /// Change endpoints.
    Change,
    /// Change institutions, let people in.
    Decide,
}

/// Something that can be done with an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointDeed {
    /// Send an example.
    Test,
    /// Change its address, filter, rate.
    Edit,
    /// Change its own headers.
    Headers,
    /// Send it nothing.
    Pause,
    /// Send to it again.
    Resume,
    /// Make a new secret.
    Rotate,
    /// Send again what is of some time.
    Recover,
    /// Send all its dead letters again.
    Replay,
    /// Take all its dead letters off the list.
    DiscardDead,
    /// Cancel what waits for it.
    DiscardWaiting,
    /// Remove it.
    Delete,
}

impl EndpointDeed {
    /// All deeds.
    pub const ALL: [Self; 11] = [
        Self::Test,
        Self::Edit,
        Self::Headers,
        Self::Pause,
        Self::Resume,
        Self::Rotate,
        Self::Recover,
        Self::Replay,
        Self::DiscardDead,
        Self::DiscardWaiting,
        Self::Delete,
    ];

    /// The word in addresses and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Edit => "edit",
            Self::Headers => "headers",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Rotate => "rotate",
            Self::Recover => "recover",
            Self::Replay => "replay",
            Self::DiscardDead => "discard-dead",
            Self::DiscardWaiting => "discard-waiting",
            Self::Delete => "delete",
        }
    }

    /// The deed of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == word)
    }

    /// What its button says.
    pub fn word(self, words: &Words) -> &'static str {
        match self {
            Self::Test => words.act_test,
            Self::Edit => words.act_edit,
            Self::Headers => words.act_headers,
            Self::Pause => words.act_pause,
            Self::Resume => words.act_resume,
            Self::Rotate => words.act_rotate,
            Self::Recover => words.act_recover,
            Self::Replay => words.act_replay,
            Self::DiscardDead => words.act_discard_dead,
            Self::DiscardWaiting => words.act_discard_waiting,
            Self::Delete => words.act_delete,
        }
    }

    /// What it asks of who does it.
    pub fn need(self) -> Need {
        match self {
            Self::Test | Self::Recover | Self::Replay | Self::DiscardDead | Self::DiscardWaiting => Need::Act,
            Self::Edit | Self::Headers | Self::Pause | Self::Resume | Self::Rotate | Self::Delete => Need::Change,
        }
    }

    /// Whether its button warns.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Pause | Self::DiscardDead | Self::DiscardWaiting | Self::Delete)
    }

    /// Whether it needs a reason.
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::DiscardDead | Self::DiscardWaiting)
    }

    /// Whether it fits an endpoint as it is.
    pub fn fits(self, endpoint: &Endpoint) -> bool {
        match self {
            Self::Test | Self::Pause | Self::Recover | Self::Replay => !endpoint.disabled,
            Self::Resume => endpoint.disabled,
            _ => true,
        }
    }
}

/// Something that can be done with an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstitutionDeed {
    /// Give it another endpoint.
    New,
    /// Change its name, and how long payloads are kept.
    Edit,
    /// Pause all its endpoints.
    Pause,
    /// Resume all its endpoints.
    Resume,
    /// Let its people in.
    Portal,
    /// End their access.
    EndPortal,
    /// Remove it.
    Delete,
}

impl InstitutionDeed {
    /// All deeds.
    pub const ALL: [Self; 7] = [Self::New, Self::Edit, Self::Pause, Self::Resume, Self::Portal, Self::EndPortal, Self::Delete];

    /// The word in addresses and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "endpoint",
            Self::Edit => "edit",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Portal => "portal",
            Self::EndPortal => "end-portal",
            Self::Delete => "delete",
        }
    }

    /// What its button says.
    pub fn word(self, words: &Words) -> &'static str {
        match self {
            Self::New => words.act_new,
            Self::Edit => words.institution_edit,
            Self::Pause => words.act_pause,
            Self::Resume => words.act_resume,
            Self::Portal => words.act_portal,
            Self::EndPortal => words.act_end_portal,
            Self::Delete => words.act_delete,
        }
    }

    /// What it asks of who does it.
    pub fn need(self) -> Need {
        if self == Self::New { Need::Change } else { Need::Decide }
    }

    /// Whether its button warns.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Pause | Self::EndPortal | Self::Delete)
    }
}

/// What an act of the gateway is called in the log of acts; one of another release is its own name.
pub fn act(words: &AllWords, word: &str) -> String {
    let (own, known) = (&words.institutions, &words.gateway);
    let named = |what: &str, deed: Option<&str>| deed.map(|deed| format!("{what} · {deed}"));
    let said = match word.split_once('.') {
        Some(("endpoint", deed)) => named(own.endpoint, EndpointDeed::parse(deed).map(|deed| deed.word(known))),
        Some(("institution", deed)) => {
            named(known.institution, InstitutionDeed::ALL.into_iter().find(|one| one.as_str() == deed).map(|deed| deed.word(known)))
        }
        Some(("delivery" | "deliveries", "again")) => named(words.nav.deliveries, Some(known.act_again)),
        Some(("delivery", "cancel")) => named(words.nav.deliveries, Some(known.act_cancel)),
        Some(("delivery", "discard")) => named(words.nav.deliveries, Some(known.act_discard)),
        Some(("event", "show")) => named(own.event, Some(known.act_data)),
        Some(("school", "register")) => Some(own.register.to_owned()),
        _ => None,
    };
    said.unwrap_or_else(|| word.to_owned())
}
