// Fastify plugins every service shares: errors, health, metrics, logs, config, workers, shutdown.
export {}
