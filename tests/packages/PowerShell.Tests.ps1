# The packages as somebody has them who has nothing else: unpacked in an empty folder, used from a PowerShell of its own.

BeforeDiscovery {
    Set-StrictMode -Version 3
    $readme = [System.IO.File]::ReadAllText("$PSScriptRoot/../../README.md").Replace("`r`n", "`n")
    $install = [regex]::Match($readme, '(?ms)^## Install\n(.*?)^## ').Groups[1].Value
    $blocks = foreach ($match in [regex]::Matches($install, '(?ms)^```powershell\n(.*?)\n```')) {
        @{ Code = $match.Groups[1].Value; Title = $match.Groups[1].Value.Split("`n")[-1] }
    }
}

BeforeAll {
    Set-StrictMode -Version 3
    Import-Module -Name "$PSScriptRoot/../powershell/Support.psm1"
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    if (-not $env:COSMI_DIST) {
        throw 'COSMI_DIST must name the folder that `cargo xtask package` has made'
    }
    $script:dist = $env:COSMI_DIST
    $cargo = [System.IO.File]::ReadAllText("$PSScriptRoot/../../Cargo.toml")
    $script:version = [regex]::Match($cargo, '(?ms)^\[workspace\.package\].*?^version = "([^"]+)"').Groups[1].Value
    $script:simulator = Start-Simulator
    $script:machine = Get-HostVariable -Simulator $script:simulator -Name imds

    function New-EmptyFolder {
        # With what names of folders have: spaces and letters beyond ASCII
        $folder = Join-Path -Path ([string] $TestDrive) -ChildPath ('neuer Benutzer {0} {1}' -f [char] 0xFC, [guid]::NewGuid().ToString('N').Substring(0, 8))
        (New-Item -ItemType Directory -Path $folder).FullName
    }

    function Expand-Package {
        param([string] $Path, [string] $Destination)
        [System.IO.Compression.ZipFile]::ExtractToDirectory($Path, $Destination)
    }

    # A script in a PowerShell whose modules are those of one folder, and which knows nothing of the checkout.
    function Invoke-User {
        param([string] $Script, [string] $ModulePath = '', [string] $UserHome = (New-EmptyFolder))
        $environment = @{ COSMI_LIBRARY = $null; COSMI_MODULE = $null; HOME = $UserHome; USERPROFILE = $UserHome }
        foreach ($variable in $script:machine.GetEnumerator()) {
            $environment[$variable.Key] = $variable.Value
        }
        if ($ModulePath) {
            $environment.PSModulePath = $ModulePath
        }
        (Invoke-Child -Environment $environment -Script "`$ErrorActionPreference = 'Stop'; $Script").Trim()
    }

    $script:show = 'Get-CosmiCollection -AccountName myaccount -Database Test -Name Test -AsJson'
    $script:json = '{"collection":{"id":"Test"*"offer":{*"offerThroughput":400*'
}

AfterAll {
    Stop-Simulator -Simulator $script:simulator
}

Describe 'The module folder' {
    BeforeAll {
        $script:modules = New-EmptyFolder
        Copy-Item -Path "$dist/powershell/Cosmi" -Destination $modules -Recurse
    }

    It 'is imported by its path' {
        Invoke-User -Script "Import-Module -Name '$modules/Cosmi/Cosmi.psd1'; $show" | Should -BeLike $json
    }

    It 'is imported by its name' {
        Invoke-User -ModulePath $modules -Script "Import-Module -Name Cosmi; $show" | Should -BeLike $json
    }

    It 'is imported by the use of one of its commands' {
        Invoke-User -ModulePath $modules -Script $show | Should -BeLike $json
    }

    It 'takes the library from its own folder' {
        Invoke-User -ModulePath $modules -Script '(Get-CosmiVersion).Path' | Should -BeLike "$modules*libcosmi.so"
    }

    It 'has a manifest in order, which names every file there is' {
        $manifest = Test-ModuleManifest -Path "$modules/Cosmi/Cosmi.psd1"
        [string] $manifest.Version | Should -Be $version
        $root = (Get-Item -Path "$modules/Cosmi").FullName
        $files = @(Get-ChildItem -Path $root -Recurse -File | ForEach-Object { $_.FullName } | Sort-Object)
        @($manifest.FileList | Sort-Object) | Should -Be $files
    }

    It 'has its help' {
        $topics = Invoke-User -ModulePath $modules -Script '(Get-Help -Name Get-CosmiCollection).Synopsis; (Get-Help -Name about_Cosmi) -join "`n"'
        $topics | Should -BeLike '*collection*about_Cosmi*'
    }

    It 'carries its licence and those of what is in its library' {
        "$modules/Cosmi/LICENSE" | Should -Exist
        "$modules/Cosmi/THIRD-PARTY-LICENSES.txt" | Should -FileContentMatch 'rustls'
    }
}

Describe 'The gallery package' {
    It 'works where a gallery client puts it' {
        $modules = New-EmptyFolder
        Expand-Package -Path "$dist/Cosmi.$version.nupkg" -Destination "$modules/Cosmi/$version"
        Invoke-User -ModulePath $modules -Script "$show; (Get-Module -Name Cosmi).Version.ToString()" | Should -BeLike "$json*$version"
    }

    It 'describes itself as galleries want it' {
        $folder = New-EmptyFolder
        Expand-Package -Path "$dist/Cosmi.$version.nupkg" -Destination $folder
        $metadata = ([xml] (Get-Content -Path "$folder/Cosmi.nuspec" -Raw)).package.metadata
        $metadata.id | Should -Be 'Cosmi'
        $metadata.version | Should -Be $version
        foreach ($tag in 'PSModule', 'PSEdition_Core', 'PSEdition_Desktop', 'PSCmdlet_Get-CosmiCollection', 'PSCommand_Get-CosmiCollection') {
            $metadata.tags.Split(' ') | Should -Contain $tag
        }
    }
}

Describe 'The Automation zip' {
    It 'holds one folder with the name of the module, and works in a folder of modules' {
        $modules = New-EmptyFolder
        Expand-Package -Path "$dist/automation/Cosmi.zip" -Destination $modules
        @(Get-ChildItem -Path $modules).Name | Should -Be 'Cosmi'
        $runbook = Get-HostVariable -Simulator $simulator -Name automation
        $output = Invoke-Child -Environment ($runbook + @{ PSModulePath = $modules; COSMI_LIBRARY = $null }) -Script @"
& '$PSScriptRoot/../../examples/powershell/runbook.ps1' -AccountName myaccount -Database D -Name A, B -Limit 500
"@
        $output | Should -BeLike '*All collections have 500 RU/s or less.*'
    }
}

Describe 'SHA256SUMS' {
    It 'has the right sum of every package' {
        $sums = @{}
        foreach ($line in Get-Content -Path "$dist/SHA256SUMS") {
            $sum, $name = $line -split ' [ *]', 2
            $sums[$name] = $sum
        }
        $packages = @('Cosmi', 'Cosmi.Interop' | ForEach-Object { "$_.$version.nupkg" }) + @('automation/Cosmi.zip', "cosmi-$version.cdx.json", "Cosmi.Interop.$version.snupkg", 'THIRD-PARTY-LICENSES.txt')
        foreach ($package in $packages) {
            $sums.Keys | Should -Contain $package
        }
        foreach ($name in $sums.Keys) {
            (Get-FileHash -Path "$dist/$name" -Algorithm SHA256).Hash.ToLowerInvariant() | Should -Be $sums[$name] -Because $name
        }
    }
}

Describe 'The bill of materials' {
    BeforeAll {
        $script:bom = Get-Content -Path "$dist/cosmi-$version.cdx.json" -Raw | ConvertFrom-Json
    }

    It 'is CycloneDX, of this version' {
        $bom.bomFormat | Should -Be 'CycloneDX'
        $bom.metadata.component.name | Should -Be 'cosmi'
        $bom.metadata.component.version | Should -Be $version
    }

    It 'has what the compilers put into the library' {
        foreach ($name in 'std', 'glibc', 'libunwind') {
            @($bom.components.name) | Should -Contain $name
        }
    }

    It 'has what is in the library, and nothing of its tests and tools' {
        $names = @($bom.components.name)
        foreach ($name in 'rustls', 'reqwest', 'tokio', 'ring') {
            $names | Should -Contain $name
        }
        foreach ($name in 'axum', 'clap', 'cbindgen', 'quick-xml', 'rcgen') {
            $names | Should -Not -Contain $name
        }
        $crates = @($bom.components | Where-Object -FilterScript { $_.PSObject.Properties['purl'] })
        $crates.Count | Should -BeGreaterThan 40
        foreach ($crate in $crates) {
            $crate.purl | Should -BeLike "pkg:cargo/$($crate.name)@$($crate.version.Replace('+', '%2B'))"
            $crate.hashes[0].content | Should -Match '^[0-9a-f]{64}$' -Because $crate.name
        }
        foreach ($component in $bom.components) {
            @($component.licenses).Count | Should -BeGreaterThan 0 -Because $component.name
        }
    }
}

Describe 'The README' {
    # Windows PowerShell and PowerShell have it; a PowerShell trimmed for build machines may not.
    BeforeAll {
        $script:expand = ''
        if (-not (Get-Command -Name Expand-Archive -ErrorAction Ignore)) {
            $script:expand = @'
function Expand-Archive {
    param([string] $Path, [string] $DestinationPath)
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    [System.IO.Compression.ZipFile]::ExtractToDirectory((Resolve-Path -Path $Path).ProviderPath, $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($DestinationPath))
}
'@
        }
    }

    It 'installs: <Title>' -ForEach $blocks {
        $folder = New-EmptyFolder
        Copy-Item -Path "$dist/*" -Destination $folder -Recurse
        $output = Invoke-User -ModulePath "$folder/modules" -UserHome $folder -Script "$expand`nSet-Location -Path '$folder'`n$Code"
        $output | Should -BeLike "*$version*"
    }
}
