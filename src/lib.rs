//! Rejoin: a room client for the LiveKit protocol whose connection heals itself.
