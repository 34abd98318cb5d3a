BeforeDiscovery {
    $folder = Join-Path -Path $PSScriptRoot -ChildPath '../../powershell/help'
    $names = Get-ChildItem -Path $folder -Filter '*-*.md' | ForEach-Object { $_.BaseName }
    $pages = $names | ForEach-Object { @{ Name = $_ } }
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    $examples = foreach ($name in $names) {
        foreach ($example in (Get-CommandHelpPage -Name $name).Examples) {
            @{ Name = $name; Title = $example.Title; Code = $example.Code; Output = $example.Output }
        }
    }
}

BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    # As installed: other runspaces find the module by its name.
    $modulePath = $env:PSModulePath
    $env:PSModulePath = (Split-Path -Path (Split-Path -Path $env:COSMI_MODULE)) + [System.IO.Path]::PathSeparator + $modulePath

    function Invoke-Example {
        param([string] $Code)
        # The account's address in Azure is the simulator's here; nothing else is changed.
        $local = $Code.Replace('https://myaccount.documents.azure.com:443/', $simulator.accounts.myaccount.endpoint)
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript("Set-StrictMode -Version 3; `$ErrorActionPreference = 'Stop'; Import-Module -Name '$env:COSMI_MODULE'").Invoke()
            $shell.Commands.Clear()
            $text = $shell.AddScript($local).AddCommand('Out-String').AddParameter('Width', 200).Invoke() -join ''
            $shell.Streams.Error | Out-String | Should -BeNullOrEmpty
            $text
        }
        finally {
            $shell.Dispose()
        }
    }

    # The examples in an about_ topic: what is indented further than the text and calls this module.
    function Get-TopicExample {
        param([string] $Text)
        $blocks = [regex]::Matches($Text, '(?m)(?:^        \S.*\n(?:^        .*\n|^\n(?=        ))*)')
        @($blocks | ForEach-Object { $_.Value } | Where-Object { $_ -match '-Cosmi' })
    }

    function Test-Output {
        param([string] $Actual, [string] $Expected)
        # Blanks are for the eye; three dots stand for what differs from day to day.
        $dots = [string] [char] 0x2026
        $lines = $Actual -split "`r?`n" | ForEach-Object { ($_ -replace '\s+', ' ').Trim() }
        foreach ($line in $Expected -split "`n") {
            $parts = ($line -replace '\s+', ' ').Trim() -split $dots | ForEach-Object { [regex]::Escape($_.Trim()) }
            $pattern = '^' + ($parts -join '.*') + '$'
            @($lines -match $pattern).Count | Should -BeGreaterThan 0 -Because "the output has a line like '$line' in: $Actual"
        }
    }
}

AfterAll {
    $env:PSModulePath = $modulePath
    Stop-Simulator -Simulator $simulator
}

Describe 'The page of <Name>' -ForEach $pages {
    BeforeAll {
        $page = Get-CommandHelpPage -Name $Name
        $command = Get-Command -Name $Name
        $help = Get-Help -Name $Name -Full
    }

    It 'has every section' {
        foreach ($section in 'SYNOPSIS', 'SYNTAX', 'DESCRIPTION', 'EXAMPLES', 'PARAMETERS', 'INPUTS', 'OUTPUTS', 'NOTES', 'RELATED LINKS') {
            $page.Sections[$section] | Should -Not -BeNullOrEmpty -Because $section
        }
        $page.Examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $page.Examples) {
            $example.Remarks | Should -Not -BeNullOrEmpty -Because $example.Title
        }
    }

    It 'shows the syntax of every parameter set' {
        foreach ($set in $command.ParameterSets) {
            $page.Sections['SYNTAX'].Contains("$Name $($set.ToString())".TrimEnd()) | Should -BeTrue -Because $set.Name
        }
    }

    It 'describes every parameter as it is' {
        $parameters = @($command.Parameters.Values | Where-Object { $common -notcontains $_.Name })
        @($page.Parameters | ForEach-Object { $_.Name }) | Should -Be @($parameters | ForEach-Object { $_.Name } | Sort-Object)
        foreach ($parameter in $parameters) {
            $described = $page.Parameters | Where-Object { $_.Name -eq $parameter.Name }
            $described.Description | Should -Not -BeNullOrEmpty -Because $parameter.Name
            $described.Type | Should -Be $parameter.ParameterType.FullName -Because $parameter.Name
            $described.Aliases | Should -Be @($parameter.Aliases) -Because $parameter.Name
            if ($parameter.ParameterType.IsEnum) {
                $described.AcceptedValues | Should -Be @([System.Enum]::GetNames($parameter.ParameterType)) -Because $parameter.Name
            }
            @($described.Sets.Keys | Sort-Object) | Should -Be @($parameter.ParameterSets.Keys -replace '^__AllParameterSets$', '(All)' | Sort-Object)
            foreach ($key in $parameter.ParameterSets.Keys) {
                $set = $parameter.ParameterSets[$key]
                $text = $described.Sets[($key -replace '^__AllParameterSets$', '(All)')]
                $position = 'Named'
                if ($set.Position -ge 0) { $position = [string] $set.Position }
                $text.Position | Should -Be $position -Because "$($parameter.Name) in $key"
                $text.IsRequired | Should -Be ([string] $set.IsMandatory) -Because "$($parameter.Name) in $key"
                $text.ValueFromPipeline | Should -Be ([string] $set.ValueFromPipeline) -Because "$($parameter.Name) in $key"
                $text.ValueFromPipelineByPropertyName | Should -Be ([string] $set.ValueFromPipelineByPropertyName) -Because "$($parameter.Name) in $key"
            }
        }
    }

    It 'is what Get-Help shows' {
        $help.Synopsis.Trim() | Should -Be $page.Sections['SYNOPSIS']
        ($help.Description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -Be $page.Examples.Count
        @($help.examples.example)[0].code.Trim() | Should -Be $page.Examples[0].Code.Trim()
        foreach ($parameter in $page.Parameters) {
            $shown = $help.parameters.parameter | Where-Object { $_.name -eq $parameter.Name }
            ($shown.description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because $parameter.Name
        }
    }

    It 'links to pages that exist' {
        foreach ($link in [regex]::Matches($page.Text, '\]\((?<target>[^)#]+)\)')) {
            $target = $link.Groups['target'].Value
            if ($target -notmatch '^https://') {
                Join-Path -Path (Get-RepositoryRoot) -ChildPath "powershell/help/$target" | Should -Exist
            }
        }
    }
}

Describe 'The examples' {
    It '<Name>, <Title>' -ForEach $examples {
        $null = Reset-Simulator -Simulator $simulator
        $text = Invoke-Example -Code $Code
        if ($Output) {
            Test-Output -Actual $text -Expected $Output
        }
    }
}

Describe 'about_Cosmi' {
    BeforeAll {
        $path = Join-Path -Path (Get-RepositoryRoot) -ChildPath 'powershell/Cosmi/en-US/about_Cosmi.help.txt'
        $text = [System.IO.File]::ReadAllText($path).Replace("`r`n", "`n")
    }

    It 'is found by Get-Help' {
        Get-Help -Name about_Cosmi | Out-String | Should -BeLike '*managed identity*'
    }

    It 'names every command and every error id' {
        foreach ($command in Get-Command -Module Cosmi -CommandType Cmdlet) {
            $text.Contains($command.Name) | Should -BeTrue -Because $command.Name
        }
        foreach ($id in 'InvalidArgument', 'NoIdentity', 'Unauthenticated', 'Forbidden', 'NotFound', 'Conflict', 'Throttled', 'Service', 'BadResponse', 'Connect', 'Dns', 'Tls', 'Protocol', 'TooLarge', 'TimedOut') {
            [System.Enum]::IsDefined([Cosmi.Interop.CosmiStatus], $id) | Should -BeTrue
            $text.Contains("Cosmi.$id") | Should -BeTrue -Because $id
        }
    }

    It 'has examples that run' {
        $codes = Get-TopicExample -Text $text
        $codes.Count | Should -Be 7
        foreach ($code in $codes) {
            $null = Invoke-Example -Code $code
        }
    }
}

Describe 'about_Cosmi_Identity' {
    BeforeAll {
        $root = Get-RepositoryRoot
        $path = Join-Path -Path $root -ChildPath 'powershell/Cosmi/en-US/about_Cosmi_Identity.help.txt'
        $text = [System.IO.File]::ReadAllText($path).Replace("`r`n", "`n")
        $rows = foreach ($match in [regex]::Matches($text, '(?m)^    (?<source>[A-Z]\w+)(?:, of .*)?\n(?<fields>(?:        .*\n)+)')) {
            [pscustomobject]@{ Source = $match.Groups['source'].Value; Fields = $match.Groups['fields'].Value }
        }
    }

    It 'is found by Get-Help' {
        Get-Help -Name about_Cosmi_Identity | Out-String | Should -BeLike '*Where tokens come from*'
        Get-Help -Name about_Cosmi | Out-String | Should -BeLike '*about_Cosmi_Identity*'
    }

    It 'tells all about every source' {
        $sources = [System.Enum]::GetNames([Cosmi.Interop.CosmiIdentitySource]) | Where-Object { $_ -ne 'Auto' } | Sort-Object
        @($rows.Source | Sort-Object -Unique) | Should -Be $sources
        foreach ($row in $rows) {
            foreach ($field in 'Host', 'Found by', 'Chosen by', 'Proof', 'Limits', 'Try') {
                $row.Fields | Should -Match "(?m)^        $field +\S" -Because "$($row.Source), $field"
            }
        }
    }

    It 'names every host of the simulator, and every variable of Azure''s that a source is found by' {
        $tries = @($rows.Fields | ForEach-Object { [regex]::Match($_, 'environments\.(\w+)').Groups[1].Value })
        @($tries | Sort-Object) | Should -Be @($simulator.environments.PSObject.Properties.Name | Sort-Object)
        foreach ($name in [Cosmi.Interop.CosmiLibrary]::VariableNames | Where-Object { $_ -notmatch '^(WEBSITE|REGION|COSMI)_' }) {
            $text.Contains($name) | Should -BeTrue -Because $name
        }
    }

    It 'agrees with the table in README.md' {
        $readme = [System.IO.File]::ReadAllText((Join-Path -Path $root -ChildPath 'README.md'))
        $table = @([regex]::Matches($readme, '(?m)^\| `(?<source>\w+)` \|.*\| `(?<try>\w+)` \|\r?$') | ForEach-Object { '{0} {1}' -f $_.Groups['source'].Value, $_.Groups['try'].Value })
        $table | Should -Be @($rows | ForEach-Object { '{0} {1}' -f $_.Source, [regex]::Match($_.Fields, 'environments\.(\w+)').Groups[1].Value })
    }

    It 'has lines for a window of 80 columns' {
        @($text -split "`n" | Where-Object { $_.Length -gt 80 }) | Should -BeNullOrEmpty
    }

    It 'has examples that run' {
        # What `cargo xtask simulator > simulator.json` writes
        $simulator | Select-Object -Property '*' -ExcludeProperty Process | ConvertTo-Json -Depth 9 -Compress | Set-Content -Path "$TestDrive/simulator.json"
        $codes = Get-TopicExample -Text $text
        $codes.Count | Should -Be 4
        try {
            $shown = foreach ($code in $codes) {
                Invoke-Example -Code "Set-Location -Path '$TestDrive'`n$code"
            }
        }
        finally {
            foreach ($variable in (Get-HostVariable -Simulator $simulator -Name imds).GetEnumerator()) {
                Set-Item -Path "env:$($variable.Key)" -Value ([string] $variable.Value)
            }
        }
        $shown[3] | Should -BeLike '*: AppService*Data*Found*'
    }
}
