using System;

namespace Cosmi
{
    /// <summary>Which module and which native library are at work.</summary>
    public sealed class VersionInfo
    {
        internal VersionInfo(string module, string library, Version abi, string runtimeIdentifier, string path)
        {
            Module = module;
            Library = library;
            Abi = abi;
            RuntimeIdentifier = runtimeIdentifier;
            Path = path;
        }

        /// <summary>The version of the module's code.</summary>
        public string Module { get; }

        /// <summary>The native library's version.</summary>
        public string Library { get; }

        /// <summary>The version of the interface between the two.</summary>
        public Version Abi { get; }

        /// <summary>.NET's name of the platform that a native library has to be for.</summary>
        public string RuntimeIdentifier { get; }

        /// <summary>The file that was loaded.</summary>
        public string Path { get; }
    }
}
