using System;

namespace Cosmi
{
    /// <summary>Which module and which native library are at work.</summary>
    public sealed class VersionInfo
    {
        internal VersionInfo(string module, string library, Version abi, string path)
        {
            Module = module;
            Library = library;
            Abi = abi;
            Path = path;
        }

        /// <summary>The module's version.</summary>
        public string Module { get; }

        /// <summary>The native library's version.</summary>
        public string Library { get; }

        /// <summary>The version of the interface between the two.</summary>
        public Version Abi { get; }

        /// <summary>The file that was loaded.</summary>
        public string Path { get; }
    }
}
