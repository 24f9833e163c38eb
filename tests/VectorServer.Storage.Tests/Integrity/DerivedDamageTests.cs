using System.Collections.Concurrent;
using VectorServer.Storage.Tests.Formats;

namespace VectorServer.Storage.Tests.Integrity;

/// <summary>Each file that is derived of the rows, damaged or cut short: found by its checksum, said in the log, made again, and no answer is wrong.</summary>
public sealed class DerivedDamageTests
{
    [Theory]
    [InlineData("gen-000001/ann.bin", "builds its index anew")]
    [InlineData("gen-000001/codes.bin", "encodes its rows anew")]
    [InlineData("gen-000001/codec.bin", "codec.bin")]
    [InlineData("gen-000001/ids.bin", "reads its ids from the metadata")]
    [InlineData("gen-000001/columns.bin", "makes the columns of its metadata anew")]
    [InlineData("gen-000001/sparse.bin", "sparse")]
    [InlineData("counts.bin", null)] // a power loss may leave any: what the log does not confirm counts for nothing
    [InlineData("../namespaces.bin", "looks at each of its namespaces")]
    public async Task It_is_said_and_made_again(string file, string? said)
    {
        using var made = new TempDirectory();
        using var copies = new TempDirectory();
        await DerivedFormatData.WriteAsync(made.File("work"), made.File("data"));
        var path = Path.GetFullPath(Path.Combine(made.File("data"), "indexes", "derived", "all%20of%20it", file));
        var whole = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var random = new Random(whole.Length);
        var number = 0;

        foreach (var damaged in ((int[])[0, 9, random.Next(whole.Length), random.Next(whole.Length), whole.Length - 1]).Select(at => Flip(whole, at)).Append(whole[..(whole.Length / 2)]).Append([]))
        {
            var copy = copies.File($"{number++}");
            FormatData.Copy(made.File("data"), copy);
            await File.WriteAllBytesAsync(Path.Combine(copy, Path.GetRelativePath(made.File("data"), path)), damaged, TestContext.Current.CancellationToken);
            var log = new ConcurrentQueue<string>();

            await using (var engine = VectorEngine.Open(new EngineOptions { DataDirectory = copy, Log = log.Enqueue }))
                await DerivedFormatData.CheckAsync(engine, TestContext.Current.CancellationToken);
            Assert.True(said is null ? log.IsEmpty : log.Any(line => line.Contains(said, StringComparison.Ordinal)), $"{number}: {string.Join('\n', log)}");

            log.Clear();
            await using var again = VectorEngine.Open(new EngineOptions { DataDirectory = copy, Log = log.Enqueue });
            await DerivedFormatData.CheckAsync(again, TestContext.Current.CancellationToken);
            Assert.Empty(log);
        }
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 0x20;
        return flipped;
    }
}
