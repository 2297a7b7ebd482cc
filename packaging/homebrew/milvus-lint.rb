# A template: packaging/fill.sh puts a release's values in the place of @…@.
class MilvusLint < Formula
  desc "Proves that every change of a Milvus in a GitOps repository is legal"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "@RELEASE@/milvus-lint-aarch64-apple-darwin.tgz"
      sha256 "@SHA256_aarch64-apple-darwin@"
    end
    on_intel do
      url "@RELEASE@/milvus-lint-x86_64-apple-darwin.tgz"
      sha256 "@SHA256_x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@RELEASE@/milvus-lint-aarch64-unknown-linux-musl.tgz"
      sha256 "@SHA256_aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@RELEASE@/milvus-lint-x86_64-unknown-linux-musl.tgz"
      sha256 "@SHA256_x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "milvus-lint"
    man1.install Dir["man/*.1"]
    generate_completions_from_executable(bin/"milvus-lint", "completions")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/milvus-lint --version")
  end
end
