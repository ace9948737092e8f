import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';

/**
 * Connections to the engine that may break at any time. Between two requests, or after one was given up, nobody listens
 * to a connection; when the engine resets it just then, the error would end this process. Whoever waits for an answer
 * still gets the error through the request.
 */
export function engineAgent(isSecure: boolean): Agent {
  const agent = isSecure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const connection = connect(options, callback);
    connection?.on('error', () => undefined);
    return connection;
  };
  return agent;
}
