# Swapmeet in a container: `scripts/package`, then `docker build -t swapmeet .`. scripts/try-packages
# runs these steps. An index without further words; it runs as any --user, and writes below /data only:
#   docker run --read-only -p 8888:8888 -v swapmeet:/data swapmeet
# A peer, with a configuration in /data:
#   docker run -e CONFIG=/data/peer.ini -v …:/data swapmeet run --config /data/peer.ini
FROM debian:bookworm-slim
COPY build/package/packages/swapmeet_*.deb /tmp/
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates /tmp/swapmeet_*.deb \
    && rm -rf /tmp/swapmeet_*.deb /var/lib/apt/lists/*
RUN sed -i 's|^data = .*|data = /data/index|' /etc/swapmeet/index.ini \
    && install -d -m 1777 /data
ENV HOME=/data CONFIG=/etc/swapmeet/index.ini
VOLUME /data
EXPOSE 8888 6699
USER 1000:1000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD swapmeet status --config "$CONFIG" >/dev/null
ENTRYPOINT ["swapmeet"]
CMD ["run", "--config", "/etc/swapmeet/index.ini"]
