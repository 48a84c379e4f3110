// What is sent of a track, from the browser's report, in livekit-client's form.

/** One for each stream; `names` are those that are taken over as they are. */
export async function senderStats({ kind, sender }, names) {
  const report = await sender?.getStats?.();
  const sent = [...(report?.values() ?? [])].filter(({ type }) => type === 'outbound-rtp');
  return sent.map((flow) => {
    // What is lost the other side tells.
    const { packetsLost, jitter, roundTripTime } = report.get(flow.remoteId) ?? {};
    const taken = names.split(' ').map((name) => [name, flow[name]]);
    return { type: kind, streamId: flow.id, ...Object.fromEntries(taken), packetsLost, jitter, roundTripTime };
  });
}
