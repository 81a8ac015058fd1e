//! The registry of platforms: one row each.

pub mod learnworlds;

use std::sync::Arc;

use async_trait::async_trait;

use crate::clock::{Clock, SystemClock};
use crate::env::Env;
use crate::intake::outside::Outside;
use crate::intake::source::Source;
use crate::intake::submissions::{FetchError, RetryAdvice, SubmissionAnswer, SubmissionQuery, Submissions};
use crate::model::completion::{Assessment, Completion};

/// What sources work with.
#[derive(Clone)]
pub struct Tools {
    /// The way to others; none for commands that only read calls.
    pub outside: Option<Arc<dyn Outside>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// One row per platform: its folder, and its type there. Each folder has a `Config` with `from_env`, and the type a `new` over it.
macro_rules! platforms {
    ($($module:ident::$kind:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// The platforms' own settings.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct PlatformsConfig {
            $(
                #[doc = concat!("Of `", stringify!($module), "`.")]
                pub $module: $module::Config,
            )*
        }

        impl PlatformsConfig {
            /// Reads them all.
            pub fn from_env(env: &mut Env) -> Self {
                Self { $($module: $module::Config::from_env(env),)* }
            }
        }

        /// The platforms beside LearnWorlds, over their settings.
        pub fn platforms(config: &PlatformsConfig, tools: &Tools) -> Vec<Arc<dyn Source>> {
            vec![$(Arc::new($module::$kind::new(&config.$module, tools)),)*]
        }
    };
}

platforms! {
    lti::Lti,
    canvas::Canvas,
    moodle::Moodle,
    caliper::Caliper,
    xapi::Xapi,
    services::Services,
    internal::Internal,
    standard::Standard,
    typeform::Typeform,
}

/// Every platform this service understands, without access to any API: enough to verify and to read their calls.
pub fn offline() -> Vec<Arc<dyn Source>> {
    offline_with(&PlatformsConfig::default(), Arc::new(SystemClock))
}

/// As [`offline`], over settings and a clock.
pub fn offline_with(config: &PlatformsConfig, clock: Arc<dyn Clock>) -> Vec<Arc<dyn Source>> {
    let learnworlds: Arc<dyn Source> = Arc::new(learnworlds::LearnWorlds::offline());
    std::iter::once(learnworlds).chain(platforms(config, &Tools { outside: None, clock })).collect()
}

/// The platforms by the name that their events carry; the pipeline's one way to all of them.
#[derive(Clone, Default)]
pub struct Registry {
    sources: Vec<Arc<dyn Source>>,
}

impl Registry {
    /// Over these platforms; the first is the one that `/webhook` belongs to.
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Self {
        Self { sources }
    }

    /// All platforms.
    pub fn all(&self) -> &[Arc<dyn Source>] {
        &self.sources
    }

    fn of(&self, completion: &Completion) -> Option<&Arc<dyn Source>> {
        self.sources.iter().find(|source| source.name() == completion.source)
    }
}

#[async_trait]
impl Submissions for Registry {
    async fn find(&self, asked: &SubmissionQuery<'_>) -> Result<SubmissionAnswer, FetchError> {
        match self.of(asked.completion) {
            Some(source) => source.find(asked).await,
            None => Err(FetchError {
                cause: "source_unknown",
                message: format!(
                    "this version does not know the platform '{}'; update gradepost, then release the job",
                    asked.completion.source
                ),
                advice: RetryAdvice::Person,
            }),
        }
    }

    fn expect(&self, completion: &Completion) {
        if let Some(source) = self.of(completion) {
            source.expect(completion);
        }
    }

    fn can_fetch(&self) -> bool {
        self.sources.iter().any(|source| source.can_fetch())
    }

    fn complete(&self, assessment: &mut Assessment) {
        for source in &self.sources {
            source.complete(assessment);
        }
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
