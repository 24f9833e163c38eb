// hnswlib as a peer: peer DATA FILES THREADS; README.md tells the lines it reads and writes.
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr size_t kTopK = 10;
constexpr size_t kM = 16;
constexpr size_t kEfConstruction = 200;

struct Matrix {
    std::vector<float> values;
    size_t rows = 0, columns = 0;

    const float* row(size_t i) const { return values.data() + i * columns; }
};

// A two-dimensional float32 .npy file.
Matrix Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    char start[10];
    file.read(start, sizeof(start));
    const size_t length = static_cast<unsigned char>(start[8]) | static_cast<unsigned char>(start[9]) << 8;
    std::string header(length, ' ');
    file.read(&header[0], length);
    Matrix matrix;
    if (!file || header.find("'<f4'") == std::string::npos
        || std::sscanf(header.c_str() + header.find('('), "(%zu, %zu)", &matrix.rows, &matrix.columns) != 2)
        throw std::runtime_error(path + " is not a float32 matrix");
    matrix.values.resize(matrix.rows * matrix.columns);
    file.read(reinterpret_cast<char*>(matrix.values.data()), matrix.values.size() * sizeof(float));
    return matrix;
}

double SecondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void OnThreads(int threads, const std::function<void()>& work) {
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; i++)
        workers.emplace_back(work);
    for (auto& worker : workers)
        worker.join();
}

class Peer {
public:
    Peer(const std::string& data, std::string files, int threads)
        : vectors_(Read(data + "/vectors.npy")), queries_(Read(data + "/queries.npy")), files_(std::move(files)), threads_(threads), space_(vectors_.columns) {}

    std::string Build() {
        graph_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(&space_, vectors_.rows, kM, kEfConstruction);
        const auto start = std::chrono::steady_clock::now();
        graph_->addPoint(vectors_.row(0), 0);
        std::atomic<size_t> next{1};
        OnThreads(threads_, [&] {
            for (size_t row; (row = next++) < vectors_.rows;)
                graph_->addPoint(vectors_.row(row), row);
        });
        const double seconds = SecondsSince(start);
        const std::string path = files_ + "/graph";
        graph_->saveIndex(path);
        const auto bytes = static_cast<long long>(std::ifstream(path, std::ios::binary | std::ios::ate).tellg());
        std::remove(path.c_str());
        std::ostringstream answer;
        answer << R"({"durable":false,"buildSeconds":)" << seconds << R"(,"threads":)" << threads_ << R"(,"bytes":)" << bytes << "}";
        return answer.str();
    }

    std::string Answer(size_t ef) {
        graph_->setEf(ef);
        std::ostringstream answer;
        answer << R"({"rows":[)";
        for (size_t i = 0; i < queries_.rows; i++) {
            answer << (i == 0 ? "[" : ",[");
            auto nearest = graph_->searchKnn(queries_.row(i), kTopK);
            for (; !nearest.empty(); nearest.pop())
                answer << nearest.top().second << (nearest.size() == 1 ? "" : ",");
            answer << "]";
        }
        answer << "]}";
        return answer.str();
    }

    std::string Time(size_t ef, int threads, double limit) {
        graph_->setEf(ef);
        std::atomic<size_t> count{0};
        const auto start = std::chrono::steady_clock::now();
        OnThreads(threads, [&] {
            while (SecondsSince(start) < limit)
                graph_->searchKnn(queries_.row(count++ % queries_.rows), kTopK);
        });
        std::ostringstream answer;
        answer << R"({"queries":)" << count << R"(,"seconds":)" << SecondsSince(start) << "}";
        return answer.str();
    }

private:
    Matrix vectors_, queries_;
    std::string files_;
    int threads_;
    hnswlib::InnerProductSpace space_;
    std::unique_ptr<hnswlib::HierarchicalNSW<float>> graph_;
};

}  // namespace

int main(int, char** arguments) {
    Peer peer(arguments[1], arguments[2], std::stoi(arguments[3]));
    std::cout << R"({"version":"Debian's, -O3 -march=native","settings":[{"name":"hnsw","settings":"HNSW M=16 efConstruction=200","effort":"ef",)"
              << R"("ladder":[10,16,24,32,48,64,96,128,192,256,384,512]}]})" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command, name;
        size_t ef = 0;
        int threads = 0;
        double seconds = 0;
        words >> command >> name >> ef >> threads >> seconds;
        std::cout << (command == "build" ? peer.Build() : command == "answer" ? peer.Answer(ef) : peer.Time(ef, threads, seconds)) << std::endl;
    }
}
