using System.Text;
using VectorServer.Storage.Columns;

namespace VectorServer.Storage.Tests.Columns;

public sealed class KeyTableTests
{
    [Fact]
    public void Every_key_keeps_the_number_of_its_first_appearance()
    {
        var random = new Random(5);
        var table = new KeyTable();
        var expected = new Dictionary<string, int>();
        for (var i = 0; i < 20_000; i++)
        {
            var key = new string((char)('a' + random.Next(26)), random.Next(60)) + random.Next(500);
            expected.TryAdd(key, expected.Count);

            Assert.Equal(expected[key], table.GetOrAdd(Encoding.UTF8.GetBytes(key)));
        }

        Assert.Equal(expected.Count, table.Count);
        Assert.All(expected, entry => Assert.Equal(entry.Value, table.Find(Encoding.UTF8.GetBytes(entry.Key))));
        Assert.Equal(KeyTable.None, table.Find("no such key"u8));
    }

    [Fact]
    public void The_empty_key_and_the_longest_are_keys()
    {
        var table = new KeyTable();
        var longest = new byte[KeyTable.KeyBytesMax];

        Assert.Equal(0, table.GetOrAdd([]));
        Assert.Equal(1, table.GetOrAdd(longest));
        Assert.Equal(0, table.Find([]));
        Assert.Equal(1, table.Find(longest));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.GetOrAdd(new byte[KeyTable.KeyBytesMax + 1]));
    }

    [Fact]
    public async Task Readers_find_every_key_that_was_there_before_they_looked()
    {
        const int Keys = 50_000;
        var table = new KeyTable();
        var readers = Enumerable.Range(0, 2).Select(seed => Task.Run(
            () =>
            {
                var random = new Random(seed);
                for (var count = 0; count < Keys;)
                {
                    count = table.Count;
                    if (count == 0)
                        continue;
                    var number = random.Next(count);
                    Assert.Equal(number, table.Find(BitConverter.GetBytes(number)));
                }
            },
            TestContext.Current.CancellationToken)).ToArray();

        for (var number = 0; number < Keys; number++)
            table.GetOrAdd(BitConverter.GetBytes(number));
        await Task.WhenAll(readers);
    }
}
