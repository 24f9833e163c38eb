using System.Text;
using VectorServer.Api.Logging;

namespace VectorServer.Api.Tests.Logging;

public sealed class BatchedOutputTests
{
    [Fact]
    public void Lines_of_many_threads_come_whole_each_threads_in_order_and_none_is_lost_at_the_end()
    {
        const int threads = 4;
        const int lines = 5_000; // together more than is held back
        var stream = new MemoryStream();
        using (var output = TextWriter.Synchronized(new BatchedOutput(stream)))
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
            {
                for (var line = 0; line < lines; line++)
                {
                    output.Write($"{thread} {line} {new string('x', 100)} \U0001F40E ä\n");
                    output.Flush();
                }
            });
        }

        var written = Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        Assert.Equal((threads * lines) + 1, written.Length);
        Assert.Equal("", written[^1]);
        var next = new int[threads];
        foreach (var line in written[..^1])
        {
            Assert.EndsWith(" \U0001F40E ä", line);
            var thread = line[0] - '0';
            Assert.StartsWith($"{thread} {next[thread]++} ", line);
        }
    }

    [Fact]
    public async Task A_line_is_written_without_another_one_or_an_end()
    {
        var stream = new SignalledStream();
        await using var output = new BatchedOutput(stream);

        output.Write("alone\n");

        Assert.Equal("alone\n", await stream.Written.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_character_whose_halves_come_apart_is_one()
    {
        var stream = new MemoryStream();
        using (var output = new BatchedOutput(stream))
        {
            foreach (var half in "\U0001F40E!")
                output.Write(half);
        }

        Assert.Equal("\U0001F40E!", Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void A_reader_that_went_away_stops_nobody()
    {
        using var output = new BatchedOutput(new BrokenStream());
        for (var i = 0; i < 100; i++)
            output.Write(new string('x', 100_000));
    }

    private sealed class SignalledStream : MemoryStream
    {
        public TaskCompletionSource<string> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Write(byte[] buffer, int offset, int count) => Written.TrySetResult(Encoding.UTF8.GetString(buffer, offset, count));
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("Broken pipe");
    }
}
