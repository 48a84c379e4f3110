// What tests with real networks and with a cluster need beside the server: network namespaces, packet filters, Redis.
import { programs } from './debian.mjs';

/** Paths of `ip`, `tc` and `iptables`. */
export const networkTools = () => programs({ ip: 'iproute2', tc: 'iproute2', iptables: 'iptables' });

/** The path of `redis-server`. */
export const redis = async () => (await programs({ 'redis-server': 'redis-server' }))['redis-server'];
