// Free ports of the loopback address: the one asked for when it is free, else any.
import dgram from 'node:dgram';
import net from 'node:net';

const HOST = '127.0.0.1';

function tcp(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(null));
    server.listen(port, HOST, () => {
      const { port: got } = server.address();
      server.close(() => resolve(got));
    });
  });
}

function udp(port) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    socket.once('error', () => resolve(null));
    socket.bind(port, HOST, () => {
      const { port: got } = socket.address();
      socket.close(() => resolve(got));
    });
  });
}

export const tcpPort = async (wanted = 0) => (await tcp(wanted)) ?? tcp(0);
export const udpPort = async (wanted = 0) => (await udp(wanted)) ?? udp(0);
