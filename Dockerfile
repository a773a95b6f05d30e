# The server on Node 24, without development packages, as an ordinary user.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts ./
COPY prisma ./prisma
# `prisma generate` runs after the install and writes into src/db/generated.
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 MIBUDGE_DATA_DIR=/data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=packages /app/src/db/generated ./src/db/generated
COPY package.json prisma.config.ts LICENSE ./
COPY prisma ./prisma
COPY src ./src
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# As `npm start` does: a small young generation and a heap that grows slowly, for a server that stays small.
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=20", "src/main/server.ts"]
