using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VectorServer.Storage.IO;

/// <summary>Writes a large derived file and its checksum: whole under its name, or not at all.</summary>
internal sealed class CheckedWriter : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly Disk _disk;
    private readonly string _path;
    private readonly DiskFile _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private long _written;
    private uint _crc = Crc32C.Seed;

    public CheckedWriter(Disk disk, string path)
    {
        (_disk, _path) = (disk, path);
        _file = disk.Open(path + ".new", FileMode.Create, FileShare.None);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _crc = Crc32C.Append(_crc, bytes);
        Append(bytes);
    }

    public void Write<T>(T value)
        where T : unmanaged => Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    public void WriteAll<T>(ReadOnlySpan<T> values)
        where T : unmanaged => Write(MemoryMarshal.AsBytes(values));

    /// <summary>Adds the checksum, makes the file durable and gives it its name.</summary>
    public void Commit()
    {
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32C.Finish(_crc));
        Append(checksum);
        Flush();
        _file.Sync();
        _file.Dispose();
        _disk.MoveFile(_path + ".new", _path);
        _disk.SyncDirectory(Path.GetDirectoryName(_path)!);
    }

    /// <summary>Without a commit before, what was written goes.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _disk.DeleteFile(_path + ".new");
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_buffered == BufferBytes)
                Flush();
            var part = bytes[..Math.Min(bytes.Length, BufferBytes - _buffered)];
            part.CopyTo(_buffer.AsSpan(_buffered));
            _buffered += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    private void Flush()
    {
        _file.Write(_buffer.AsSpan(0, _buffered), _written);
        _written += _buffered;
        _buffered = 0;
    }
}

/// <summary>Reads what <see cref="CheckedWriter"/> wrote, after its checksum was found right.</summary>
internal sealed class CheckedReader : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly FileStream _file;

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>.</exception>
    public CheckedReader(string path)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        try
        {
            Verify();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Bytes before the checksum that are still to be read.</summary>
    public long Remaining => Math.Max(0, _file.Length - sizeof(uint) - _file.Position);

    public T Read<T>()
        where T : unmanaged
    {
        T value = default;
        ReadAll(new Span<T>(ref value));
        return value;
    }

    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: less is left.</exception>
    public void ReadAll<T>(Span<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        if (bytes.Length > Remaining)
            throw Damaged("it is too short");
        _file.ReadExactly(bytes);
    }

    public StorageException Damaged(string why) =>
        new(StorageErrorCode.DataCorruption, $"The derived file {Path.GetFileName(_file.Name)} is damaged: {why}");

    public void Dispose() => _file.Dispose();

    private void Verify()
    {
        var buffer = new byte[BufferBytes];
        var crc = Crc32C.Seed;
        while (Remaining > 0)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(Remaining, buffer.Length));
            _file.ReadExactly(part);
            crc = Crc32C.Append(crc, part);
        }

        if (_file.Length < sizeof(uint))
            throw Damaged("it is too short");
        _file.ReadExactly(buffer.AsSpan(0, sizeof(uint)));
        if (BinaryPrimitives.ReadUInt32LittleEndian(buffer) != Crc32C.Finish(crc))
            throw Damaged("its checksum does not match");
        _file.Position = 0;
    }
}
