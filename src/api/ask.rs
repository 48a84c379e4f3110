//! What the core of a room can be asked, by number. `ask.js` has the same list in the same order and says what each is
//! given; a test compares them.

macro_rules! asks {
    ($($name:ident,)*) => {
        /// What is asked.
        #[derive(Clone, Copy, Debug)]
        #[allow(missing_docs)]
        pub enum Ask { $($name,)* }

        impl Ask {
            const ALL: &'static [Ask] = &[$(Ask::$name,)*];
        }
    };
}

asks! {
    Connect,
    Disconnect,
    ReconnectNow,
    Prepare,
    PluginLoaded,
    History,
    Simulate,
    Room,
    Rtt,
    Identities,
    Has,
    Speakers,
    Participant,
    ParticipantFacts,
    Publications,
    Publication,
    PublicationFacts,
    PublishData,
    Update,
    SetSubscribed,
    SetTrackSettings,
    SetSubscriptionPermissions,
    Publish,
    Sender,
    Replace,
    Mute,
    Unpublish,
    UpdateAudioTrack,
    Describe,
}

impl Ask {
    /// By its number.
    pub fn by_number(number: u32) -> Option<Ask> {
        Ask::ALL.get(number as usize).copied()
    }
}
