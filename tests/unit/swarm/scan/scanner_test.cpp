// The scanner alone: what it reads and writes, how it goes on after a crash, and shares whose
// folder is away.
#include "transfer/swarm/scan/scanner.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>

#include "catch.h"
#include "transfer/swarm/hashing/hash_file.h"
#include "unit/swarm/scan/shared_folder.h"

namespace swapmeet::transfer_swarm {
namespace {

namespace fs = std::filesystem;

constexpr int kFiles = 3000;

void write_many(const Folder& folder) {
  for (int i = 0; i < kFiles; ++i)
    folder.write(std::to_string(i % 30) + '/' + std::to_string(i), "file " + std::to_string(i));
}

struct Scanned {
  Catalogue& catalogue;
  Scanner& scanner;
  std::string name = "s";
  bool settles() const {
    return eventually(catalogue, [&] { return !scanner.progress(name).scanning; });
  }
  bool again() const {
    scanner.request(name);
    return settles();
  }
  std::uint64_t files() const { return catalogue.counts(catalogue.share(name)->key).files; }
};

TEST_CASE("many small files take few transactions, and a second scan neither reads nor writes") {
  const Folder data;
  const Folder shared;
  write_many(shared);
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  ScanOptions options;
  options.longest_batch = std::chrono::hours(1);  // else a slow machine's are smaller
  Scanner scanner(catalogue, options);
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  CHECK(scanned.files() == kFiles);
  CHECK(scanner.totals().hashed_files == kFiles);
  CHECK(catalogue.commits() < kFiles / 20);

  const auto commits = catalogue.commits();
  const auto walked = scanner.totals().walked_files;
  REQUIRE(scanned.again());
  CHECK(scanner.totals().walked_files == walked + kFiles);
  CHECK(scanner.totals().hashed_files == kFiles);
  CHECK(catalogue.commits() == commits);
}

TEST_CASE("a scan that is killed in the middle goes on where it was") {
  const Folder data;
  const Folder shared;
  write_many(shared);
  const auto database = data.path / "catalogue.sqlite";
  int tell[2];
  REQUIRE(pipe(tell) == 0);
  const pid_t child = fork();
  if (child == 0) {
    Catalogue catalogue(database, still_clock());
    catalogue.put_share({"s", shared.path.string(), {}}, false);
    const auto registration = catalogue.on_advance([&] {
      if (write(tell[1], "x", 1) == 1) pause();  // dies here, with work in hand
    });
    ScanOptions options;
    options.most_in_batch = kFiles / 3;
    Scanner scanner(catalogue, options);
    pause();
    _exit(0);
  }
  close(tell[1]);  // the child's alone, so that its early end is seen
  char byte = 0;
  REQUIRE(read(tell[0], &byte, 1) == 1);
  kill(child, SIGKILL);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  close(tell[0]);

  Catalogue catalogue(database, still_clock());
  const auto kept = catalogue.counts(catalogue.share("s")->key).files;
  CHECK(kept > 0);
  CHECK(kept < kFiles);
  Scanner scanner(catalogue, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  CHECK(scanned.files() == kFiles);
  CHECK(scanner.totals().hashed_files == kFiles - kept);
}

TEST_CASE("a scan that is stopped keeps all that it hashed") {
  const Folder data;
  const Folder shared;
  write_many(shared);
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  std::uint64_t hashed = 0;
  {
    Scanner scanner(catalogue, {});
    CHECK(eventually(catalogue, [&] { return scanner.totals().hashed_files > 0; }));
    scanner.stop();
    hashed = scanner.totals().hashed_files;
  }
  Scanner scanner(catalogue, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  CHECK(hashed + scanner.totals().hashed_files == kFiles);
}

TEST_CASE("a share whose folder is away is withdrawn, and back without a hash") {
  const Folder data;
  const Folder place;
  fs::create_directory(place.path / "disk");
  place.write("disk/a", "abc");
  place.write("disk/b", "b");
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", (place.path / "disk").string(), {}}, false);
  ScanOptions options;
  options.patience = std::chrono::milliseconds(0);
  Scanner scanner(catalogue, options);
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  const auto before = catalogue.state()->latest;

  fs::rename(place.path / "disk", place.path / "unplugged");
  REQUIRE(scanned.again());
  CHECK(scanner.progress("s").problem.find("cannot be read") != std::string::npos);
  CHECK(catalogue.share("s")->withdrawn);
  CHECK(scanned.files() == 2);  // kept
  auto news = catalogue.changes_after(before, 10);
  REQUIRE(news->changes.size() == 2);
  for (const auto& change : news->changes) CHECK(change.kind == ChangeKind::remove);
  const auto away = news->upto;
  REQUIRE(scanned.again());
  CHECK(catalogue.state()->latest == away);                    // said once
  CHECK(catalogue.changes_after(0, 10)->changes.size() == 2);  // removals only

  fs::rename(place.path / "unplugged", place.path / "disk");
  REQUIRE(scanned.again());
  CHECK(scanner.progress("s").problem == "");
  news = catalogue.changes_after(away, 10);
  REQUIRE(news->changes.size() == 2);
  for (const auto& change : news->changes) CHECK(change.kind == ChangeKind::put);
  CHECK(catalogue.changes_after(0, 10)->changes.size() == 2);
  CHECK(scanner.totals().hashed_files == 2);
}

TEST_CASE("a share is given time to come back before it is withdrawn") {
  const Folder data;
  const Folder place;
  place.write("disk/a", "abc");
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", (place.path / "disk").string(), {}}, false);
  Scanner scanner(catalogue, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  const auto before = catalogue.state()->latest;
  fs::rename(place.path / "disk", place.path / "unplugged");
  REQUIRE(scanned.again());
  CHECK_FALSE(catalogue.share("s")->withdrawn);
  CHECK(scanner.progress("s").problem.find("cannot be read") != std::string::npos);
  fs::rename(place.path / "unplugged", place.path / "disk");
  REQUIRE(scanned.again());
  CHECK(catalogue.state()->latest == before);
}

TEST_CASE("an empty folder on another disk is a mount point without its disk") {
  const Folder data;
  const Folder place;
  place.write("a", "abc");
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", place.path.string(), {}}, false);
  Scanner scanner(catalogue, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  const auto key = catalogue.share("s")->key;
  const auto device = catalogue.share("s")->device;
  CHECK(device != 0);

  catalogue.set_device(key,
                       device + 1);  // as if the files had been seen on a disk that is not here
  fs::remove(place.path / "a");
  REQUIRE(scanned.again());
  CHECK(scanner.progress("s").problem.find("mount its disk") != std::string::npos);
  CHECK(scanned.files() == 1);
  catalogue.set_device(key, device);  // on the same disk, empty means empty
  REQUIRE(scanned.again());
  CHECK(scanner.progress("s").problem == "");
  CHECK(scanned.files() == 0);
}

TEST_CASE("the same disk under another number is not read again") {
  const Folder data;
  const Folder shared;
  shared.write("a", "abc");
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  Scanner scanner(catalogue, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  const auto share = *catalogue.share("s");
  catalogue.renumber_device(share.key, share.device, share.device + 1);
  catalogue.set_device(share.key, share.device + 1);
  REQUIRE(scanned.again());
  CHECK(catalogue.share("s")->device == share.device);
  CHECK(catalogue.files(share.key, "", "", 9).at(0).device == share.device);
  fs::rename(shared.path / "a", shared.path / "b");
  REQUIRE(scanned.again());
  CHECK(catalogue.files(share.key, "", "", 9).at(0).path == "b");
  CHECK(scanner.totals().hashed_files == 1);
}

// Root may read everything; this thread and those that it starts may not, for a while.
class Unprivileged {
 public:
  Unprivileged() {
    REQUIRE(syscall(SYS_capget, &header_, before_) == 0);
    auto now = std::to_array(before_);
    now[0].effective &= ~(1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH);
    REQUIRE(syscall(SYS_capset, &header_, now.data()) == 0);
  }
  ~Unprivileged() { syscall(SYS_capset, &header_, before_); }

 private:
  __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2]{};
};

TEST_CASE("what cannot be read is kept as it was, and said") {
  const Unprivileged unprivileged;
  const Folder data;
  const Folder shared;
  shared.write("in/a", "abc");
  shared.write("names only/deep/b", "b");
  shared.write("names only/c", "c");
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  Scanner scanner(catalogue, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  chmod((shared.path / "in").c_str(), 0);
  chmod((shared.path / "names only").c_str(), 0400);
  shared.write("closed", "x");
  chmod((shared.path / "closed").c_str(), 0);
  REQUIRE(scanned.again());
  CHECK(scanned.files() == 3);
  CHECK(scanner.progress("s").problem ==
        "4 files or folders are left out, the first: closed: Permission denied");
  chmod((shared.path / "in").c_str(), 0700);
  chmod((shared.path / "names only").c_str(), 0700);
  chmod((shared.path / "closed").c_str(), 0600);
  REQUIRE(scanned.again());
  CHECK(scanned.files() == 4);
  CHECK(scanner.progress("s").problem == "");
}

TEST_CASE("a shared file that turns out to be closed is taken out until it is readable") {
  const Unprivileged unprivileged;
  const Folder data;
  const Folder shared;
  shared.write("a", "abc");
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  Scanner scanner(catalogue, {});
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  chmod((shared.path / "a").c_str(), 0);
  scanner.leave_out("s", "a", EACCES);
  CHECK(eventually(catalogue, [&] { return scanned.files() == 0; }));
  REQUIRE(scanned.again());
  CHECK(scanned.files() == 0);
  CHECK(scanner.progress("s").problem == "1 file or folder is left out: a: Permission denied");
  chmod((shared.path / "a").c_str(), 0600);
  REQUIRE(scanned.again());
  CHECK(scanned.files() == 1);
  CHECK(scanner.progress("s").problem == "");
  CHECK(scanner.totals().hashed_files == 1);
}

TEST_CASE("the host's own data is never shared, even when it is in a share") {
  const Folder shared;
  fs::create_directory(shared.path / "data");
  shared.write("data/api.token", "secret");
  shared.write("fine", "x");
  const Folder data;
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  ScanOptions options;
  options.never = shared.path / "data";
  Scanner scanner(catalogue, options);
  const Scanned scanned{catalogue, scanner};
  REQUIRE(scanned.settles());
  CHECK(scanned.files() == 1);
}

TEST_CASE("a file that changes while it is hashed is noticed") {
  const Folder folder;
  folder.write("a", std::string(3 << 20, 'x'));
  const auto file = (folder.path / "a").string();
  struct stat info {};
  REQUIRE(stat(file.c_str(), &info) == 0);
  const auto stamp = stamp_of(info);
  FileHasher hasher;
  CHECK(hasher.hash(file, stamp, [] { return false; }).kind == HashOutcome::done);
  const auto while_hashing = [&](const std::function<void()>& change) {
    int blocks = 0;
    return hasher
        .hash(file, stamp,
              [&] {
                if (++blocks == 2) change();
                return false;
              })
        .kind;
  };
  CHECK(while_hashing([&] { std::ofstream(file, std::ios::app) << "more"; }) ==
        HashOutcome::changed);
  CHECK(hasher.hash(file, stamp, [] { return false; }).kind == HashOutcome::changed);
  CHECK(hasher.hash(file, stamp, [] { return true; }).kind == HashOutcome::changed);
  fs::remove(file);
  REQUIRE(mkfifo(file.c_str(), 0600) == 0);
  CHECK(hasher.hash(file, stamp, [] { return false; }).kind == HashOutcome::changed);
}

TEST_CASE("a file that changed under the scanner's hands is hashed later, without an event") {
  const Folder data;
  const Folder shared;
  constexpr std::uintmax_t kSize = 200 << 20;  // long enough to be caught in the middle
  shared.write("big", "");
  fs::resize_file(shared.path / "big", kSize);
  Catalogue catalogue(data.path / "catalogue.sqlite", still_clock());
  catalogue.put_share({"s", shared.path.string(), {}}, false);
  Scanner scanner(catalogue, {});
  REQUIRE(eventually(catalogue, [&] { return scanner.progress("s").waiting_files == 1; }));
  std::ofstream(shared.path / "big", std::ios::app) << "more";
  const auto key = catalogue.share("s")->key;
  CHECK(eventually(catalogue, [&] {
    const auto files = catalogue.files(key, "", "", 2);
    return files.size() == 1 && files[0].stamp.size == kSize + 4;
  }));
  CHECK(eventually(catalogue, [&] { return scanner.totals().hashed_files == 1; }));
}

TEST_CASE("inode numbers are trusted where they last") {
  CHECK(is_lasting_file_system(0xef53));        // ext4
  CHECK(is_lasting_file_system(0x58465342));    // XFS
  CHECK_FALSE(is_lasting_file_system(0x4d44));  // FAT
  struct stat info {};
  REQUIRE(stat("/etc/passwd", &info) == 0);
  auto stamp = stamp_of(info);
  CHECK(is_still(stamp, info));
  stamp.inode = 0;
  CHECK(is_still(stamp, info));
  stamp.inode = info.st_ino + 1;
  CHECK_FALSE(is_still(stamp, info));
}

}  // namespace
}  // namespace swapmeet::transfer_swarm
