// What is simulated, and how it is written into the address. Pure: it knows neither the page nor the simulation.
//
//   #people=650&room=650&takes=200&fault=fifth&policies=rejoin,livekit-client-2.23&seconds=60&luck=1
//
// What is missing or makes no sense in an address is the default, so that old links go on working.

/** `facts` are the simulation's, see tests/sim/storm/mod.rs; `short` is for sentences: "650 people ...". */
export const FAULTS = [
  {
    name: 'fifth',
    title: 'One in five is dropped',
    hint: 'And for 15 s the server has a quarter of its strength.',
    short: 'are on a server that falters and drops one in five',
    facts: { share: 0.2, weakShare: 0.25, weakMs: 15_000 },
  },
  { name: 'all', title: 'Everybody is dropped', hint: 'The server itself is well, and knows them.', short: 'are dropped at the same moment', facts: { share: 1 } },
  { name: 'down', title: 'The server restarts', hint: 'It is gone for 10 s and has forgotten everybody.', short: 'lose their server, which is back after 10 s', facts: { share: 1, forgotten: 1, downMs: 10_000 } },
  { name: 'local', title: 'All networks change', hint: 'Each client knows: it is its own network.', short: 'change their network at the same moment', facts: { share: 1, local: 1 } },
];

const NOTHING = { share: 1, local: 0, forgotten: 0, downMs: 0, weakShare: 1, weakMs: 0 };

/** The numbers of the form: `[name, least, most, standard]`. A phone has no room for more engines than this. */
export const NUMBERS = {
  people: { least: 2, most: 20_000, standard: 650 },
  room: { least: 2, most: 20_000, standard: 650 },
  takes: { least: 10, most: 10_000, standard: 200 },
  seconds: { least: 10, most: 300, standard: 60 },
  luck: { least: 1, most: 999_999, standard: 1 },
};

export const STANDARD_POLICIES = ['rejoin', 'livekit-client-2.23', 'livekit-client-old-default'];

/** A policy's name in an address. */
export const slug = (name) => name.toLowerCase().replace(/[^a-z0-9.]+/g, '-').replace(/^-|-$/g, '');

export const faultNamed = (name) => FAULTS.find((fault) => fault.name === name) ?? FAULTS[0];

/** The facts of a fault, all of them. */
export const factsOf = (name) => ({ ...NOTHING, ...faultNamed(name).facts });

/** The nearest number that is allowed; the standard one for what is no number. */
export function bounded(name, text) {
  const { least, most, standard } = NUMBERS[name];
  const value = Math.round(Number(text));
  return text === null || text === '' || !Number.isFinite(value) ? standard : Math.min(Math.max(value, least), most);
}

/** From an address (`location.hash`) and the slugs of the policies there are. */
export function readSetting(hash, known) {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const numbers = Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, bounded(name, query.get(name))]));
  // A room cannot be larger than the crowd; unless a size is named, everybody is in one.
  const room = Math.min(query.has('room') ? numbers.room : numbers.people, numbers.people);
  const asked = query.get('policies')?.split(',') ?? STANDARD_POLICIES;
  const policies = known.filter((policy) => asked.includes(policy));
  return { ...numbers, room, fault: faultNamed(query.get('fault')).name, policies: policies.length ? policies : known.filter((policy) => STANDARD_POLICIES.includes(policy)) };
}

/** The address of a setting, without the "#". A room of everybody goes without saying. */
export function writeSetting({ people, room, takes, fault, policies, seconds, luck }) {
  const facts = { people, ...(room < people ? { room } : {}), takes, fault, policies: policies.join(','), seconds, luck };
  return new URLSearchParams(facts).toString().replaceAll('%2C', ',');
}
