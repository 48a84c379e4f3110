//! Short queues are `Vec`s: a `VecDeque` is compiled anew for each type of item, and moving a few items up is fast. Where
//! thousands may wait, for the messages of a data channel say, a `VecDeque` is worth its weight.

/// Takes the first item, and moves the others up.
pub fn take_first<T>(queue: &mut Vec<T>) -> Option<T> {
    if queue.is_empty() { None } else { Some(queue.remove(0)) }
}
