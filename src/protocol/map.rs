//! A map in the order of its keys, as `BTreeMap` is one, in a fiftieth of its code: each `BTreeMap` of other types adds
//! about 10 KB to the wasm, and there are ten. Made for what a room has, some thousands of entries at most: finding is
//! logarithmic, inserting and removing move pointers. It has the methods that are used here and no others.

use std::rc::Rc;

/// What can be a key. It is looked for in one form, so that looking is compiled once.
pub trait Key {
    /// That form.
    type Plain: Ord + ?Sized;

    /// The key in it.
    fn plain(&self) -> &Self::Plain;
}

impl Key for String {
    type Plain = str;

    fn plain(&self) -> &str {
        self
    }
}

impl Key for Rc<str> {
    type Plain = str;

    fn plain(&self) -> &str {
        self
    }
}

impl Key for &str {
    type Plain = str;

    fn plain(&self) -> &str {
        self
    }
}

impl Key for u32 {
    type Plain = u32;

    fn plain(&self) -> &u32 {
        self
    }
}

/// Keys with their values, sorted by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map<K, V> {
    // Boxed: an insertion moves what stands behind it, and a participant is large.
    entries: Vec<(K, Box<V>)>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<K: Key, V> Map<K, V> {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    fn find(&self, key: &K::Plain) -> Result<usize, usize> {
        self.entries.binary_search_by(|(other, _)| other.plain().cmp(key))
    }

    /// The value of `key`.
    pub fn get(&self, key: &K::Plain) -> Option<&V> {
        let at = self.find(key).ok()?;
        self.entries.get(at).map(|(_, value)| &**value)
    }

    /// The value of `key`, to be changed.
    pub fn get_mut(&mut self, key: &K::Plain) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        self.entries.get_mut(at).map(|(_, value)| &mut **value)
    }

    /// Whether `key` has a value.
    pub fn contains_key(&self, key: &K::Plain) -> bool {
        self.find(key).is_ok()
    }

    /// Sets the value of `key`.
    pub fn insert(&mut self, key: K, value: V) {
        let value = Box::new(value);
        match self.find(key.plain()) {
            Ok(at) => {
                if let Some((_, old)) = self.entries.get_mut(at) {
                    *old = value;
                }
            }
            Err(at) => self.entries.insert(at, (key, value)),
        }
    }

    /// Takes `key` out and returns its value.
    pub fn remove(&mut self, key: &K::Plain) -> Option<Box<V>> {
        let at = self.find(key).ok()?;
        Some(self.entries.remove(at).1)
    }

    /// Keeps what `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, &**value))
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| &**value)
    }

    /// The values, to be changed, in the order of their keys.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| &mut **value)
    }

    /// The values alone, in the order of their keys.
    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.entries.into_iter().map(|(_, value)| *value)
    }
}

impl<K: Key, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Key, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Key, V, const N: usize> From<[(K, V); N]> for Map<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::Map;

    #[test]
    fn entries_come_in_the_order_of_their_keys_whatever_order_they_went_in() {
        let mut map: Map<String, u32> =
            [("b", 2), ("a", 1), ("c", 3)].map(|(key, value)| (key.to_owned(), value)).into();
        map.insert("a".to_owned(), 10);
        assert_eq!(
            map.iter().map(|(key, value)| (key.as_str(), *value)).collect::<Vec<_>>(),
            [("a", 10), ("b", 2), ("c", 3)]
        );
        assert_eq!(map.remove("b"), Some(Box::new(2)));
        assert_eq!((map.get("b"), map.contains_key("c"), map.len()), (None, true, 2));
        assert_eq!(map.keys().collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(map.into_values().collect::<Vec<_>>(), [10, 3]);
    }

    #[test]
    fn what_is_not_kept_is_gone() {
        let mut map: Map<u32, u32> = (0..10).rev().map(|n| (n, n)).collect();
        map.retain(|key, value| {
            *value += 1;
            key % 2 == 0
        });
        assert_eq!(map.iter().rev().map(|(_, value)| *value).collect::<Vec<_>>(), [9, 7, 5, 3, 1]);
        map.clear();
        assert!(map.is_empty());
    }
}
