using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace VectorServer.Api.Auth;

/// <summary>Keys as texts: how they are made and hashed.</summary>
internal static class KeyText
{
    /// <summary>A beginning by which scanners for leaked secrets, and people, know what they see.</summary>
    public const string Mark = "vsk_";

    private const int RandomBytes = 32;

    /// <summary>A new key: 256 random bits, 47 characters.</summary>
    public static string Make() => Mark + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
