using System.Text;

namespace VectorServer.Api.Tests.Fuzz;

/// <summary>Makes other bytes of valid ones.</summary>
internal static class Mutation
{
    private const string Characters = "{}[]\",:\\0-9.eEtn$ \u00e9";

    public static byte[] Bytes(Random random, byte[] valid)
    {
        switch (random.Next(6))
        {
            case 0:
                return valid[..random.Next(valid.Length + 1)];
            case 1:
                return [.. valid, .. valid[random.Next(valid.Length + 1)..]];
            case 2:
                return Noise(random, random.Next(300));
            case 3:
                var at = random.Next(valid.Length + 1);
                return [.. valid[..at], .. Noise(random, random.Next(1, 8)), .. valid[at..]];
            default:
                var copy = valid.ToArray();
                for (var changes = random.Next(1, 5); changes > 0 && copy.Length > 0; changes--)
                    copy[random.Next(copy.Length)] = (byte)random.Next(256);
                return copy;
        }
    }

    /// <summary>What only a text of JSON can suffer: depth, repeated keys, size, changed characters.</summary>
    public static byte[] Json(Random random, string valid)
    {
        switch (random.Next(6))
        {
            case 0:
                var depth = random.Next(1, 2_000);
                return Encoding.UTF8.GetBytes(Repeat(random.Next(2) == 0 ? "[" : "{\"filter\":", depth) + (random.Next(2) == 0 ? "" : Repeat("]", depth)));
            case 1 when valid.Contains('{', StringComparison.Ordinal):
                var field = valid.Contains("\"vectors\"", StringComparison.Ordinal) ? "vectors" : "namespace";
                return Encoding.UTF8.GetBytes(valid.Insert(valid.IndexOf('{', StringComparison.Ordinal) + 1, $"\"{field}\":{OddValues.Json[random.Next(OddValues.Json.Length)]},"));
            case 2 when random.Next(20) == 0:
                return Encoding.UTF8.GetBytes($"{{\"namespace\":\"{new string('n', random.Next(1 << 20, 3 << 20))}\"}}");
            case 3:
                return [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(valid)];
            default:
                var characters = valid.ToCharArray();
                for (var changes = random.Next(1, 4); changes > 0 && characters.Length > 0; changes--)
                    characters[random.Next(characters.Length)] = Characters[random.Next(Characters.Length)];
                return Encoding.UTF8.GetBytes(characters);
        }
    }

    private static byte[] Noise(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
}
