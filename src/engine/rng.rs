//! Seeded randomness: the only source the engine has. Not for secrets.

/// xoshiro256++ (Blackman and Vigna), seeded with 32 bytes that the host draws from real entropy.
#[derive(Clone, Debug)]
pub struct Rng([u64; 4]);

impl Rng {
    /// The same seed gives the same numbers. The seed is mixed (SplitMix64), so that seeds that are much alike, as those
    /// of a simulation, do not begin alike; no entropy is lost by it. A state of zeros, which the generator cannot use,
    /// is replaced.
    pub fn new(seed: [u8; 32]) -> Self {
        let (mut state, mut sum) = ([0u64; 4], 0u64);
        for (word, bytes) in state.iter_mut().zip(seed.chunks_exact(8)) {
            let bytes = bytes.iter().rev().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
            sum = sum.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ bytes;
            *word = mixed(sum);
        }
        if state == [0; 4] {
            state = [0x9e37_79b9_7f4a_7c15, 1, 2, 3];
        }
        Self(state)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = self.0;
        let out = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let shifted = b << 17;
        let (c, d) = (c ^ a, d ^ b);
        let (b, a) = (b ^ c, a ^ d);
        self.0 = [a, b, c ^ shifted, d.rotate_left(45)];
        out
    }

    /// Uniform in [0, 1), with 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }
}

fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::Rng;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn one_seed_repeats_and_two_differ() {
        let draw = |seed| {
            let mut rng = Rng::new([seed; 32]);
            [rng.next_u64(), rng.next_u64(), rng.next_u64()]
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert_ne!(draw(0), draw(1));
    }

    #[test]
    fn seeds_that_are_alike_begin_apart() {
        let mut firsts: Vec<u64> = (0..100u8).map(|seed| (Rng::new([seed; 32]).unit() * 100.0) as u64).collect();
        firsts.sort_unstable();
        firsts.dedup();
        assert!(firsts.len() > 50, "{firsts:?}");
    }

    #[test]
    fn numbers_fill_the_unit_interval_evenly() {
        let mut rng = Rng::new([3; 32]);
        let mut tenths = [0u32; 10];
        for _ in 0..100_000 {
            let unit = rng.unit();
            assert!((0.0..1.0).contains(&unit));
            tenths[(unit * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|n| (9_500..10_500).contains(n)), "{tenths:?}");
    }
}
