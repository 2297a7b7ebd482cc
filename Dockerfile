# syntax=docker/dockerfile:1
# The image: one static program, a user without rights, nothing else. `docker buildx build --platform linux/amd64,linux/arm64 .`
#
# Without Git in it the image compares folders and judges what stands there (`diff OLD NEW`, `check --no-base`). To compare with
# what is committed, a pipeline copies the program from here into an image that has Git; docs/ci.md shows how.

# The compiler runs on the machine that builds, for the platform that is built for.
FROM --platform=$BUILDPLATFORM rust:1-alpine AS build
ARG TARGETARCH
ARG MILVUS_LINT_COMMIT=""
ENV MILVUS_LINT_COMMIT=$MILVUS_LINT_COMMIT
# What speaks TLS to a cluster has parts in C; clang compiles them for either platform.
RUN apk add --no-cache clang lld musl-dev
ENV CC_x86_64_unknown_linux_musl=clang CC_aarch64_unknown_linux_musl=clang
WORKDIR /src
COPY Cargo.toml Cargo.lock build.rs ./
COPY src src
COPY schemas schemas
COPY benches benches
COPY ci ci
RUN set -eu; \
    case "$TARGETARCH" in \
        amd64) target=x86_64-unknown-linux-musl ;; \
        arm64) target=aarch64-unknown-linux-musl ;; \
        *) echo "no build for $TARGETARCH" >&2; exit 1 ;; \
    esac; \
    rustup target add "$target"; \
    RUSTFLAGS="-C linker=rust-lld -C target-feature=+crt-static" cargo build --release --locked --target "$target"; \
    install -D -m 0755 "target/$target/release/milvus-lint" /root-file-system/usr/local/bin/milvus-lint; \
    install -d -m 1777 /root-file-system/tmp; \
    install -d -m 0755 /root-file-system/work

FROM scratch
COPY --from=build /root-file-system /
# nobody; a number, so that Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /work
ENV PATH=/usr/local/bin
ENTRYPOINT ["/usr/local/bin/milvus-lint"]
